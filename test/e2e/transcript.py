"""transcript.py FATHOM ARTIFACT TRANSCRIPT.json: asks what transformers was
asked, and expects the same ids in prompt and answer, token for token."""

import json
import subprocess
import sys


def main(fathom: str, artifact: str, transcript: str) -> int:
    with open(transcript, encoding="utf-8") as file:
        turns = json.load(file)
    bad = 0
    for turn in turns:
        done = subprocess.run(
            [fathom, "run", artifact, "--prompt", turn["question"], "--json"],
            check=True, capture_output=True, text=True)
        said = json.loads(done.stdout)
        for key in ("prompt_ids", "ids"):
            if said[key] != turn[key]:
                print(f"{turn['question']} {key}: found {said[key]}, "
                      f"expected {turn[key]}")
                bad += 1
    print(f"{len(turns)} asked, {bad} differ")
    return 1 if bad or not turns else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
