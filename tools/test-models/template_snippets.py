#!/usr/bin/env python3
"""Small templates with what transformers 5.23 and jinja2 3.1.6 render (null
where they refuse): every filter, test, method and statement, with values and
arguments of many kinds, by tables and by chance from a seed.

  template_snippets.py OUTPUT.json         a selection, for the tree:
                                           runtime/text/testdata/template_snippets.json
  template_snippets.py --all OUTPUT.json   all of them; then
      FATHOM_TEMPLATE_SNIPPETS=OUTPUT.json build/unit/template_snippets_test
  --seed N    other snippets by chance (default 1)

Nobody needs it to build or test.
"""
import itertools
import json
import random
import re
import signal
import sys
import warnings

from transformers.utils.chat_template_utils import render_jinja_template

from snippet_tables import (BLOCKS, FILTERS, LINES, METHODS, OTHERS, TESTS,
                            VALUES, VARIABLES)

# What says where an object lies is another text each time, whatever a filter
# then did to it.
ADDRESS = re.compile("generatorobject|builtinmethod|boundmethod|functionmacro"
                     "|functionsync|iteratorobject|objectat|classjinja")
warnings.simplefilter("ignore", SyntaxWarning)
# As much as a snippet may write; longer ones meet the limits of a rendering.
LONGEST = 20_000
# Complex numbers are refused.
COMPLEX = re.compile(r"\d\.?\d*j\)")


def rendered(template):
    def stop(*_):
        raise TimeoutError
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(5)
    try:
        request = dict(VARIABLES)
        text = render_jinja_template(
            conversations=[request.pop("messages")],
            chat_template=template, **request)[0][0]
        text.encode()
        return text
    except Exception:  # Templates and the sandbox raise many kinds.
        return None
    finally:
        signal.alarm(0)


def filters():
    for (name, arguments), value in itertools.product(
            FILTERS.items(), VALUES):
        for argument in arguments:
            applied = f"{value} | {name}{argument}"
            yield f"{{{{ {applied} }}}}"
    # What gives a generator shows its items when it becomes a list.
    for (name, arguments), value in itertools.product(
            FILTERS.items(), VALUES):
        for argument in arguments:
            yield f"{{{{ ({value} | {name}{argument}) | list }}}}"


def tests():
    for (name, arguments), value in itertools.product(TESTS.items(), VALUES):
        for argument in arguments:
            yield f"{{{{ {value} is {name}{argument} }}}}"
            yield f"{{{{ [{value}] | select('{name}') | list | length }}}}"


def methods():
    for kind, table in METHODS.items():
        for value in kind:
            for name, arguments in table.items():
                for argument in arguments:
                    yield f"{{{{ {value}.{name}({argument}) }}}}"


def operators():
    for a, b, op in itertools.product(VALUES, VALUES, [
            "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=",
            "in", "and", "or"]):
        # Views of mappings make sets, which are refused.
        if not (op in "-<=" and ".items()" in a + b):
            yield f"{{{{ {a} {op} {b} }}}}"
    for a, op in itertools.product(VALUES, ["-", "+", "not "]):
        yield f"{{{{ {op}{a} }}}}"


class Chance:
    """Nested statements and expressions, from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, choices):
        return self.random.choice(list(choices))

    def value(self, depth):
        if depth <= 0 or self.random.random() < 0.2:
            return self.pick(VALUES + ["x", "y", "i", "ns.a", "loop.index",
                                       "loop.last", "m(1)", "k", "v"])
        def sub():
            return self.value(depth - 1)
        form = self.random.randrange(13)
        if form <= 3:
            name = self.pick(FILTERS)
            return f"({sub()} | {name}{self.pick(FILTERS[name])})"
        if form == 4:
            name = self.pick(TESTS)
            return f"({sub()} is {self.pick(['', 'not '])}{name}{self.pick(TESTS[name])})"
        if form <= 6:
            kind = self.pick(METHODS)
            name = self.pick(METHODS[kind])
            base = self.pick(list(kind) + [sub()])
            return f"{base}.{name}({self.pick(METHODS[kind][name])})"
        if form == 7:
            op = self.pick(["+", "-", "*", "//", "%", "~", "==", "<", "in",
                            "not in", "and", "or"])
            return f"({sub()} {op} {sub()})"
        if form == 8:
            return f"({sub()} if {sub()} else {sub()})"
        if form == 9:
            # Keys that can be hashed: others are an error in Jinja already
            # where its optimizer meets them, and nobody reaches them.
            return self.pick(["[{}, {}]", "({}, {})", "{{'a': {}, 'b': {}}}",
                              "{{1: {}, 'b': {}}}"]).format(sub(), sub())
        if form == 10:
            # A slice of a constant that has none is undefined in Jinja when
            # its optimizer computes it, an error when Python does.
            base = self.pick(["x", "words", "long", "'abc'", "[1, 2, 3]"])
            cut = self.pick(["1:", "::-1", ":2", "1:9:2", "-2:", ":-1:2"])
            return self.pick([f"{base}[{cut}]", f"{sub()}[{self.pick(['0', '-1', sub()])}]"])
        if form == 11:
            return f"{sub()}.{self.pick(['a', 'b', 'upper', 'items', 'x', '0', 'real', 'list', 'grouper'])}"
        return f"({sub()} < {sub()} < {sub()})"

    def sign(self):
        return self.pick(["", "", "", "-", "+"])

    def space(self):
        return self.pick(["", "", " ", "\n", "\n  ", "  \n\n ", "t ", "\t"])

    def block(self, depth):
        if depth <= 0:
            return self.space() + self.pick([
                "text", "{{ x }}", "{{ i }}", "{#- c #}", "{{- y -}}", "é🙂",
                "{{ loop.index }}", "{% set x = x ~ 1 %}"]) + self.space()
        tag = self.pick(BLOCKS)
        begin = lambda: "{%" + self.sign() + " "
        end = lambda: " " + self.sign() + "%}"
        out = self.space()
        for part in tag:
            if part == "BODY":
                out += self.body(depth - 1)
            else:
                while "VALUE" in part:
                    part = part.replace("VALUE", self.value(
                        self.random.randrange(3)), 1)
                out += begin() + part + end()
        return out + self.space()

    def body(self, depth):
        return "".join(self.pick([
            lambda: self.block(depth), lambda: self.block(depth),
            lambda: "{{ " + self.value(self.random.randrange(3)) + " }}",
        ])() for _ in range(self.random.randrange(1, 4)))

    def template(self):
        kind = self.random.random()
        if kind < 0.5:
            return "{{ " + self.value(3) + " }}"
        head = self.pick(["", "{% set ns = namespace(a=1) %}{% set x = 'X' %}",
                          "{% macro m(a, b='B') %}[{{ a }}{{ b }}{{ varargs }}"
                          "{{ caller() if caller }}]{% endmacro %}"])
        return head + self.body(3) + self.pick(["", "{{ x }}", "{{ ns.a }}"])


def by_chance(seed, count):
    chance = Chance(seed)
    return [chance.template() for _ in range(count)]


def select(cases, count, seed):
    """Some that render and few that are refused, of each kind."""
    good = [c for c in cases if c["expected"] is not None]
    bad = [c for c in cases if c["expected"] is None]
    picks = random.Random(seed)
    return (picks.sample(good, min(len(good), count)) +
            picks.sample(bad, min(len(bad), count // 8)))


def main():
    arguments = sys.argv[1:]
    everything = "--all" in arguments
    seed = 1
    if "--seed" in arguments:
        seed = int(arguments[arguments.index("--seed") + 1])
    out = [a for a in arguments if a.endswith(".json")][0]
    kinds = {
        "by hand": LINES.strip("\n").split("\n") + OTHERS,
        "filters": list(filters()), "tests": list(tests()),
        "methods": list(methods()), "operators": list(operators()),
        "by chance": by_chance(seed, 12_000 if everything else 3_000)}
    cases = []
    for kind, templates in kinds.items():
        made = []
        for template in dict.fromkeys(templates):
            text = rendered(template)
            if text is not None and (
                    ADDRESS.search(re.sub("[^a-z]", "", text.lower())) or
                    COMPLEX.search(text) or
                    len(text) > LONGEST):
                continue
            made.append({"template": template, "expected": text})
        good = sum(c["expected"] is not None for c in made)
        print(f"{kind}: {len(made)} snippets, {good} rendered")
        if not everything and kind != "by hand":
            made = select([c for c in made if len(c["template"]) < 160 and
                           len(c["expected"] or "") < 300], 90, seed)
        cases += made
    with open(out, "w") as file:
        file.write('{"request": ' + json.dumps(
            json.dumps(VARIABLES, ensure_ascii=False), ensure_ascii=False) +
                   ',\n"cases": [\n')
        file.write(",\n".join(json.dumps(c, ensure_ascii=False) for c in cases))
        file.write("\n]}\n")
    print(f"{len(cases)} snippets in {out}")


if __name__ == "__main__":
    main()
