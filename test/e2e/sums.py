"""sums.py FATHOM ARTIFACT QUESTIONS.jsonl LEAST: asks and counts.

Each line of QUESTIONS holds a question and its answer; an answer is right if
the last line of what the model says after its thoughts is that text. Exits 1
if the share of right answers is below LEAST, and prints the wrong ones.
"""

import json
import subprocess
import sys


def ask(fathom: str, artifact: str, question: str) -> dict:
    done = subprocess.run(
        [fathom, "run", artifact, "--prompt", question, "--json",
         "--max-tokens", "120", "--threads", "1"],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main(fathom: str, artifact: str, questions: str, least: str) -> int:
    right = total = 0
    with open(questions, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            said = ask(fathom, artifact, row["question"])
            total += 1
            last = said["answer"].strip().split("\n")[-1]
            if last == row["answer"] and said["stop_reason"] == "eos":
                right += 1
            else:
                print(f"{row['question']} {row['answer']}: {said}")
    print(f"{right} of {total} right")
    return 0 if total and right >= float(least) * total else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
