# json_lines.py FATHOM NAME.fathom...: `fathom run --json-lines` gives each line the
# ids it gets alone, whatever the number at a time and the order of the lines,
# with prompts of several lengths, sampling, stop strings and a thinking budget.
import json
import random
import subprocess
import sys

SETTINGS = [
    {},
    {"temperature": 1.5, "seed": 7},
    {"stop": ["9", "0"]},
    {"think_tokens": 4},
    {"temperature": 0.8, "top_k": 20, "seed": 1, "max_tokens": 9},
]


def answers(fathom, artifact, requests, parallel):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    run = subprocess.run(
        [fathom, "run", artifact, "-q", "--json-lines", "-", "--max-tokens", "40",
         "--parallel", str(parallel)],
        input=lines, capture_output=True, text=True, check=False)
    if run.returncode != 0 or run.stderr:
        sys.exit(f"exit code {run.returncode}: {run.stderr}")
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if [answer["id"] for answer in found] != [request["id"] for request in requests]:
        sys.exit("the answers are not in the order of the lines")
    return {answer["id"]: {key: answer[key] for key in answer if key != "line"}
            for answer in found}


def main():
    fathom, *artifacts = sys.argv[1:]
    order = random.Random(1)
    for artifact in artifacts:
        requests = []
        for i in range(15):
            question = f"What is {order.randrange(1000)} + {order.randrange(1000)}?"
            requests.append({"id": i, "prompt": question + " Say why." * (i % 4 * 12),
                             **SETTINGS[i % len(SETTINGS)]})
        alone = {}
        for request in requests:
            alone.update(answers(fathom, artifact, [request], 1))
        for parallel in (1, 3, 8):
            order.shuffle(requests)
            if answers(fathom, artifact, requests, parallel) != alone:
                sys.exit(f"{artifact}: {parallel} at a time are not as alone")
        if len({len(answer["ids"]) for answer in alone.values()}) < 2:
            sys.exit(f"{artifact}: all answers end at the same time")


main()
