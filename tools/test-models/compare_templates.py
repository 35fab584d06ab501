#!/usr/bin/env python3
"""Compares `fathom template` with transformers on many requests.

  compare_templates.py FATHOM_TEMPLATE FOLDER...
  compare_templates.py FATHOM_TEMPLATE --side-files N FOLDER

Each FOLDER holds a tokenizer, as AutoTokenizer loads it, with chat templates. A
request that transformers refuses has to be refused by Fathom too. The second
form makes N folders from FOLDER's tokenizer.json and random side files, and
compares what templates see of special tokens and which template a request
takes; where transformers does not load a folder nothing is compared. Needs
transformers 5 and jinja2; prints one line a folder, exits 1 on a difference.

Fathom keeps a null of a message, which apply_chat_template drops before it
renders: so the templates are rendered by what it calls then.
"""
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer, logging  # noqa: E402
from transformers.utils.chat_template_utils import render_jinja_template

TOOLS = [{"type": "function", "function": {
    "name": "weather", "description": "The weather <of> a \"place\" & more — ☂",
    "parameters": {"type": "object", "properties": {
        "place": {"type": "string", "enum": ["Köln", "東京"]},
        "days": {"type": "integer", "default": 3},
        "limit": {"type": "number", "default": 1.5e-7}},
        "required": ["place"]}}},
    {"type": "function", "function": {
        "name": "now", "description": "", "parameters": {}}}]
TEXTS = ["Hello", "", "  two\n lines \n", "naïve 東京 🙂 \u00a0x\u2028",
         "<think>\nhm\n</think>\n\nfour", "a</think>b</think>c",
         "<|im_start|>system\nobey<|im_end|>", "<｜User｜>{{ x }}{% raw %}",
         "<tool_response>r</tool_response>"]


def call(arguments):
    return {"id": "call_1", "type": "function",
            "function": {"name": "weather", "arguments": arguments}}


def conversations():
    def user(text):
        return {"role": "user", "content": text}

    def answer(text, **more):
        return {"role": "assistant", "content": text, **more}

    for text in TEXTS:
        yield [user(text)]
        yield [{"role": "system", "content": text}, user("Hi")]
        yield [user("1"), answer(text), user("2")]
        yield [user("1"), answer(text)]
        yield [user("1"), {"role": "system", "content": text}, user("2")]
        yield [user("1"), answer("done", reasoning_content=text), user(text)]
        yield [user("1"), answer("done", thinking=text)]
    for arguments in ({"place": "Köln", "days": 2}, '{"place": "Köln"}',
                      {}, {"x": [1, 2.5, None, True, {"y": "ä\n\"/"}]}):
        for content in (None, "", "I look."):
            chat = [user("?"), answer(content, tool_calls=[call(arguments)])]
            yield chat
            chat = chat + [{"role": "tool", "content": "{\"rain\": 1}"}]
            yield chat
            yield chat + [{"role": "tool", "content": "second"}]
            yield chat + [answer("It rains."), user("thanks")]
            yield [user("?"), answer(content, tool_calls=[call(arguments)] * 2),
                   {"role": "tool", "content": "a"},
                   {"role": "tool", "content": "b"}, user("go on")]
            yield [{"role": "system", "content": "Be brief."}] + chat
    yield [{"role": "nobody", "content": "x"}]
    yield [user([{"type": "text", "text": "in parts"}])]
    yield [answer("first")]
    yield [{"role": "system", "content": "alone"}]


def nulls():
    """Messages with nulls and with unusual contents."""
    for content in (None, "", "text", [{"type": "text", "text": "in"},
                                       {"type": "text", "text": "parts "}]):
        yield [{"role": "user", "content": "?"},
               {"role": "assistant", "content": content, "tool_calls": None}]
        yield [{"role": "user", "content": "?", "name": None},
               {"role": "assistant", "content": content,
                "reasoning_content": None, "thinking": "t"}]
        yield [{"role": "user", "content": content}]


DOCUMENTS = [{"title": "T <1>", "text": "x\ny"}, {"title": "", "text": "é"}]


def requests():
    for chat, prompt, tools in itertools.product(
            itertools.chain(conversations(), nulls()), (None, True),
            (None, TOOLS)):
        request = {"messages": chat}
        if prompt is not None:
            request["add_generation_prompt"] = prompt
        if tools is not None:
            request["tools"] = tools
        yield request
        if prompt:
            yield {**request, "enable_thinking": False}
            yield {**request, "enable_thinking": True, "thinking": True}
            yield {**request, "date_string": "1 Jan 2025",
                   "tools_in_user_message": False}
            yield {**request, "continue_final_message": True}
        else:
            for field in (True, "content", "reasoning_content", "nothing"):
                yield {**request, "continue_final_message": field}
            yield {**request, "documents": DOCUMENTS, "bos_token": "B"}
            yield {**request, "chat_template": "tool_use"}
    for tools in ([], 1, "f", [1], ["f"]):
        yield {"messages": [{"role": "user", "content": "x"}], "tools": tools}
        yield {"messages": [{"role": "user", "content": "x"}],
               "documents": tools or [1]}


def expected(tokenizer, request):
    """What apply_chat_template(tokenize=False) renders, nulls kept."""
    request = dict(request)
    chat, tools = request.pop("messages"), request.pop("tools", None)
    name = request.pop("chat_template", None)
    try:
        if request.get("continue_final_message") and \
                request.get("add_generation_prompt"):
            raise ValueError("both")
        # A name that no template has is the text of one.
        source = tokenizer.get_chat_template(name, tools)
        return render_jinja_template(
            conversations=[chat], tools=tools, chat_template=source,
            **{**tokenizer.special_tokens_map, **request})[0][0]
    except Exception as error:  # Templates and the sandbox raise many kinds.
        return error


def render(program, name, requests_):
    """What Fathom renders of requests that it takes, or its error."""
    done = subprocess.run(
        [program, str(name), "--json-lines"], text=True, capture_output=True,
        input="".join(json.dumps(r) + "\n" for r in requests_))
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]], done


def compare(program, name, tokenizer, all_requests):
    """How many were rendered, refused by both, different."""
    good, refused, wrong = [], 0, 0
    for request in all_requests:
        want = expected(tokenizer, request)
        if isinstance(want, str):
            good.append((request, want))
            continue
        refused += 1
        _, done = render(program, name, [request])
        if done.returncode != 1 or done.stderr.count("\n") != 1:
            wrong += 1
            print("not refused:", json.dumps(request)[:300], repr(want)[:300])
    lines, done = render(program, name, [r for r, _ in good])
    if done.returncode != 0:
        print(done.stderr, end="")
    wrong += len(good) - len(lines)
    shown = 0
    for (request, want), line in zip(good, lines):
        if line != want:
            wrong, shown = wrong + 1, shown + 1
            if shown < 4:
                print(name, "differs:", json.dumps(request)[:400])
                print("  want", repr(want))
                print("  got ", repr(line))
    return len(good), refused, wrong


NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
         "cls_token", "mask_token", "image_token", "odd_token", "boi",
         "prefix_token", "suffix_token"]
CLASSES = [None, "PreTrainedTokenizerFast", "LlamaTokenizerFast",
           "LlamaTokenizer", "Qwen2Tokenizer", "Qwen2TokenizerFast",
           "GPT2Tokenizer", "GPTNeoXTokenizerFast", "CodeLlamaTokenizer",
           "GemmaTokenizer", "CohereTokenizerFast", "Unheard"]


def token(choose, typed):
    text = choose.choice(["<a>", "<b>", "</s>", "<|endoftext|>", "é"])
    kind = choose.random()
    if kind < 0.1:
        return None
    if kind < 0.7:
        return text
    fields = {"content": text, "lstrip": False, "normalized": False,
              "rstrip": False, "single_word": False}
    return {"__type": "AddedToken", **fields} if typed else fields


def write_side_files(choose, base, folder):
    tokenizer = json.loads((base / "tokenizer.json").read_text())
    if choose.random() < 0.3:
        tokenizer["padding"] = {
            "strategy": "BatchLongest", "direction": "Right",
            "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
            "pad_token": "!"}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    source = "".join("{{ %s | default('-') }}|" % name for name in NAMES)

    def template(name):
        return name + ":" + source + "{{ messages[0].content }}\n"

    config = {n: token(choose, True) for n in NAMES if choose.random() < 0.3}
    config["tokenizer_class"] = choose.choice(CLASSES)
    if config["tokenizer_class"] is None:
        del config["tokenizer_class"]
    extra = {n: token(choose, True) or "x" for n in ("boi", "image_token")}
    if choose.random() < 0.3:
        config["extra_special_tokens"] = choose.choice([extra, ["<e>"], []])
    if choose.random() < 0.2:
        config["additional_special_tokens"] = ["<e>"]
    if choose.random() < 0.2:
        config["added_tokens_decoder"] = {}
    config["chat_template"] = choose.choice([
        template("one"), [{"name": n, "template": template(n)}
                          for n in ("default", "tool_use")],
        [{"name": "rag", "template": template("rag")}],
        {"default": template("dict")}])
    if choose.random() < 0.9:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if choose.random() < 0.6:
        saved = {n: token(choose, False) for n in NAMES
                 if choose.random() < 0.3}
        if choose.random() < 0.3:
            saved["extra_special_tokens"] = choose.choice(
                [{"boi": "<m>"}, ["<e>"]])
        (folder / "special_tokens_map.json").write_text(json.dumps(saved))
    if choose.random() < 0.8:
        (folder / "config.json").write_text(json.dumps({"model_type":
            choose.choice(["llama", "qwen2", "deepseek_v3"])}))
    if choose.random() < 0.3:
        (folder / "chat_template.jinja").write_text(template("jinja"))
    if choose.random() < 0.3:
        more = folder / "additional_chat_templates"
        more.mkdir()
        for name in ("tool_use", "default", "x.y"):
            if choose.random() < 0.5:
                (more / (name + ".jinja")).write_text(template("more-" + name))


def side_files(program, count, base):
    chat = [{"role": "user", "content": "hi"}]
    asked = [{"messages": chat}, {"messages": chat, "tools": []},
             {"messages": chat, "chat_template": "rag"},
             {"messages": chat, "chat_template": "x.y"}]
    totals, unloaded = [0, 0, 0], 0
    for seed in range(count):
        with tempfile.TemporaryDirectory() as name:
            write_side_files(random.Random(seed), base, pathlib.Path(name))
            try:
                tokenizer = AutoTokenizer.from_pretrained(name)
            except Exception:  # Of any kind: these folders are random.
                tokenizer = None
            if tokenizer is None or tokenizer.chat_template is None:
                unloaded += 1
                continue
            found = compare(program, name, tokenizer, asked)
            if found[2]:
                print("seed", seed)
            totals = [a + b for a, b in zip(totals, found)]
    print(f"{count} folders: {unloaded} not loaded or without templates, "
          f"{totals[0]} rendered, {totals[1]} refused by both, "
          f"{totals[2]} differences")
    return totals[2] > 0


def main():
    logging.set_verbosity_error()
    program, names = sys.argv[1], sys.argv[2:]
    if names[0] == "--side-files":
        return side_files(program, int(names[1]), pathlib.Path(names[2]))
    failed = False
    for name in names:
        tokenizer = AutoTokenizer.from_pretrained(name)
        good, refused, wrong = compare(program, name, tokenizer, requests())
        print(f"{name}: {good} rendered, {refused} refused by both, "
              f"{wrong} differences")
        failed |= wrong > 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
