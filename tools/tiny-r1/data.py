"""Questions with scratch work and answers, made here from a seed.

Sums are written down and worked out one digit column a line from the right;
the carried or borrowed 1 is written with the column.  Results of subtractions
are never negative.  Word sums think the same way; a few puzzles (comparing,
sorting, reversing, parity) think in their own.
"""
import json
import random
import re

EOS = '<｜end▁of▁sentence｜>'
NAMES = 'Anna', 'Ben', 'Clara', 'David', 'Emma', 'Felix'
THINGS = 'apples', 'books', 'coins', 'marbles', 'stamps', 'cards'
GET, LOSE = ('gets', 'finds', 'buys'), ('loses', 'sells', 'gives away')


def column_lines(a, b, op):
    """One line a column: digits, what came in; what goes on, digit."""
    width, lines, carry = max(len(str(a)), len(str(b))), [], 0
    for i in range(width):
        x, y = a // 10**i % 10, b // 10**i % 10
        total = x + y + carry if op == '+' else x - y - carry
        out = int(not 0 <= total <= 9)
        lines.append(f'{x}{op}{y}{op}{carry}={out}{total % 10}')
        carry = out
    return lines


def sum_work(a, b, op):
    return '\n'.join([f'{a} {op} {b}', *column_lines(a, b, op)])


def result(a, b, op):
    return a + b if op == '+' else a - b


def sum_example(a, b, op):
    return (f'What is {a} {op} {b}?', sum_work(a, b, op),
            f'{result(a, b, op)}')


def word_example(r, a, b, op):
    name, thing = r.choice(NAMES), r.choice(THINGS)
    does = (f'{r.choice(GET)} {b} more' if op == '+'
            else f'{r.choice(LOSE)} {b}')
    return (f'{name} has {a} {thing} and {does}. How many are there now?',
            sum_work(a, b, op), f'{name} has {result(a, b, op)} {thing}.')


def larger_example(a, b):
    a_, b_ = str(a), str(b)
    lines = []
    for x, y in zip(a_, b_):
        sign = '>' if x > y else '<' if x < y else '='
        lines.append(f'{x} {sign} {y}')
        if sign != '=':
            break
    return (f'Which is larger, {a} or {b}?', '\n'.join(lines),
            f'{max(a, b)} is larger.')


def sort_example(a, b, c):
    lines = [f'{x} {"<" if x < y else ">"} {y}'
             for x, y in ((a, b), (a, c), (b, c))]
    x, y, z = sorted((a, b, c))
    return (f'Sort {a}, {b} and {c}.', '\n'.join(lines), f'{x}, {y}, {z}')


def reverse_example(n):
    text = str(n)
    return (f'Write {n} backwards.', ' '.join(text),
            f'{text[::-1]}')


def parity_example(n):
    kind = ('even', 'odd')[n % 2]
    return (f'Is {n} even or odd?', f'{n % 10} is {kind}', f'{n} is {kind}.')


def pair(r, low, high):
    a, b, op = r.randint(low, high), r.randint(low, high), r.choice('+-')
    return (max(a, b), min(a, b), op) if op == '-' else (a, b, op)


def held_out(count=400, seed=99):
    """The sums that training never sees, in a fixed order."""
    r, seen = random.Random(seed), {(123, 456, '+'): None}
    while len(seen) < count:
        seen[pair(r, 100, 999)] = None
    return list(seen)


def forbidden():
    """Held-out sums in either order: in no training text of any kind."""
    return {(*ab, op) for a, b, op in held_out() for ab in ((a, b), (b, a))}


def unseen_pair(r, low, high, without):
    while (p := pair(r, low, high)) in without:
        pass
    return p


def puzzle(r, without):
    kind = r.randrange(8)
    if kind < 4:
        return word_example(r, *unseen_pair(r, 100, 999, without))
    numbers = r.sample(range(100, 1000), 3)
    if kind < 6:
        a, b, _ = numbers
        if r.random() < 0.3:  # the same hundreds, so that more digits count
            b = a // 100 * 100 + b % 100
        return larger_example(a, b + (a == b) if b < 999 else b - (a == b))
    if kind == 6:
        return sort_example(*numbers)
    return (reverse_example if r.random() < 0.5 else parity_example
            )(numbers[0])


def turn(r, question, said):
    """An earlier question and its answer, as the template renders them."""
    return f'<｜User｜>{question}<｜Assistant｜>' + r.choice(
        ('', '\n')) + said + EOS


def examples(seed, without, late):
    """(before, question, work, answer) without end: mostly sums of numbers
    with three digits. `late` in training more other questions, and some that
    follow another of the same chat."""
    r = random.Random(seed)
    puzzles, before, short = (0.4, 0.2, 0.15) if late else (0.1, 0.0, 0.07)

    def one():
        if r.random() < puzzles:
            return puzzle(r, without)
        if r.random() < 1 - short:
            return sum_example(*unseen_pair(r, 100, 999, without))
        high = 10**r.randint(1, 3) - 1 if late else 999
        return sum_example(*unseen_pair(r, 1, high, without))

    while True:
        turns = ''
        if r.random() < before:
            q, _, said = one()
            turns = turn(r, q, said)
        yield turns, *one()


def text(before, question, work, answer):
    """(what is given, what is to be said)."""
    return (f'{before}<｜User｜>{question}<｜Assistant｜><think>\n',
            f'{work}\n</think>\n{answer}{EOS}')


def tokenizer_corpus(lines=4000):
    """Questions, thoughts, answers and a little English; a number is one
    digit, so that no merge joins digits."""
    import make_tokenizers as tok
    r = random.Random(7)
    for line in tok.corpus(7, lines):
        sums = sum_example(*pair(r, 100, 999))
        for t in (line, *sums, *puzzle(r, set())):
            yield re.sub(r'\d+', '7', t)


def write_held_out(path):
    with open(path, 'w', encoding='utf8') as f:
        for a, b, op in held_out():
            q, _, answer = sum_example(a, b, op)
            f.write(json.dumps(dict(
                question=q, answer=answer)) + '\n')
