#!/usr/bin/env python3
"""BPE tokenizers for the tests, trained on text made here.

`build(kind, size, corpus)` gives the tokenizer.json of one byte-level kind as a
dict, `build_family(name)` that of one with other steps; run as a program it
writes test/models/tokenizers/.  The patterns, the steps and the flags of the
added tokens are those of the published models; the rest is our own.
"""
import json
import os
import random

from tokenizers import Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers as pre
from tokenizers import trainers

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.normpath(os.path.join(HERE, '../../test/models'))

BOS, EOS = '<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>'
PAD, EOT = '<｜▁pad▁｜>', '<|EOT|>'
USER, ASSISTANT = '<｜User｜>', '<｜Assistant｜>'
THINK, UNTHINK = '<think>', '</think>'
TOOLS = [f'<｜tool▁{x}｜>' for x in (
    'calls▁begin', 'calls▁end', 'call▁begin', 'call▁end', 'outputs▁begin',
    'outputs▁end', 'output▁begin', 'output▁end', 'sep')]

TAIL = r'|\s*[\r\n]+|\s+(?!\S)|\s+'
DEEPSEEK = (
    r'\p{N}{1,3}',
    '[一-龥\u3040-ゟ゠-ヿ]+',
    r'[!"#$%&' "'" r'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+'
    r'|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*' + TAIL)
WORD = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
        r'| ?[^\s\p{L}\p{N}]+[\r\n]*' + TAIL)
# Published ones with classes within each other and intersections.
BLOOM = ' ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+'
UPPER = r'[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]'
LOWER = r'[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]'
ENDING = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
KIMI = (rf'[\p{{Han}}]+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{ENDING}'
        rf'|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{ENDING}'
        r'|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*' + TAIL)

# kind: (tokens at the front, tokens at the end, split patterns)
KINDS = {
    'deepseek': ([BOS, EOS, PAD],
                 [THINK, UNTHINK, USER, ASSISTANT, EOT, *TOOLS], DEEPSEEK),
    'llama3': ([], [BOS, EOS, USER, ASSISTANT, THINK, UNTHINK, PAD],
               (WORD % '{1,3}',)),
    'qwen2': ([], [EOS, USER, ASSISTANT, BOS, EOT, THINK, UNTHINK],
              (WORD % '',)),
    'digits': ([], [EOS, '<|im_start|>', '<|im_end|>'], ()),
}
SPECIAL = {BOS, EOS, PAD, '<|im_start|>', '<|im_end|>'}


def corpus(seed=1, lines=4000):
    """Sentences, sums, code and a little of many scripts."""
    r = random.Random(seed)
    who = 'the model|a reader|she|nobody|the cat|my friend|It|They'.split('|')
    does = "thinks|adds|can't read|won't say|knows|isn't sure of|counts"
    what = 'the sum|two numbers|a word|the answer|that line|every digit'
    more = [', then stops.', '!', '?', '.\n', '...\n\n', ' (again).', ';']
    other = ['思考过程', 'ひらがな', 'カタカナ', '答えは', 'café', 'naïve',
             'Straße', 'Привет мир', 'Ελληνικά', '한국어', 'हिन्दी', 'שלום',
             '🙂👍🏽', '→ ∑ √', 'for (int i = 0; i < n; ++i)\n\t{\n',
             'x_1 = foo(bar)[0];\r\n', '    ', '3.14159', '<b>bold</b>']
    for _ in range(lines):
        a, b = r.randrange(10**r.randint(1, 5)), r.randrange(1000)
        yield r.choice((
            f'{r.choice(who)} {r.choice(does.split("|"))} '
            f'{r.choice(what.split("|"))}{r.choice(more)}',
            f'What is {a} + {b}? {a} + {b} = {a + b}\n',
            f'{r.choice(other)} {r.choice(who)} {r.choice(other)}'))


def added(text, ident, **flags):
    return dict(id=ident, content=text, single_word=False, lstrip=False,
                rstrip=False, normalized=False, special=text in SPECIAL
                ) | flags


def build(kind, size, text=None, extra=()):
    """tokenizer.json of `kind` with `size` ids; `extra`: more added tokens."""
    front, end, splits = KINDS[kind]
    end = end + [x['content'] for x in extra]
    whole = ['Ġthoughtful', 'Ġnumbered', 'reread', '777'] * (kind == 'llama3')
    t = Tokenizer(models.BPE())
    if kind == 'digits':
        steps = [pre.Digits(individual_digits=True),
                 pre.ByteLevel(add_prefix_space=False, use_regex=True)]
    else:
        steps = [pre.Split(Regex(p), 'isolated') for p in splits]
        steps += [pre.ByteLevel(add_prefix_space=False, use_regex=False)]
    t.pre_tokenizer = pre.Sequence(steps)
    t.decoder = decoders.ByteLevel()
    if kind == 'qwen2':
        t.normalizer = normalizers.NFC()
    t.train_from_iterator(text or corpus(), trainers.BpeTrainer(
        vocab_size=size - len(end) - len(whole), special_tokens=front,
        initial_alphabet=sorted(pre.ByteLevel.alphabet()),
        show_progress=False))
    j = json.loads(t.to_str())
    vocab = j['model']['vocab']
    for w in whole:  # pieces that no merge reaches, for ignore_merges
        vocab[w] = len(vocab)
    j['model']['ignore_merges'] = kind == 'llama3'
    if kind == 'qwen2':  # the older spelling of merges
        j['model']['merges'] = [' '.join(m) for m in j['model']['merges']]
    if kind == 'deepseek':
        j['normalizer'] = dict(type='Sequence', normalizers=[])
    flags = {x['content']: x for x in extra}
    j['added_tokens'] = [
        added(x, i, normalized=True) for i, x in enumerate(front)] + [
        added(x, len(vocab) + i, **flags.get(x, {}))
        for i, x in enumerate(end)]
    byte = dict(type='ByteLevel', add_prefix_space=False, trim_offsets=True,
                use_regex=False)
    j['post_processor'] = byte
    if kind == 'llama3':
        b = next(x['id'] for x in j['added_tokens'] if x['content'] == BOS)
        one, two = ([dict(SpecialToken=dict(id=BOS, type_id=i)),
                     dict(Sequence=dict(id=s, type_id=i))]
                    for i, s in ((0, 'A'), (1, 'B')))
        j['post_processor'] = dict(type='Sequence', processors=[byte, dict(
            type='TemplateProcessing', single=one, pair=one + two,
            special_tokens={BOS: dict(id=BOS, ids=[b], tokens=[BOS])})])
    Tokenizer.from_str(json.dumps(j))  # it must load
    return j


BLOCK = '\u2581'  # stands for a space
TO_BLOCK = dict(type='Replace', pattern=dict(String=' '), content=BLOCK)
FROM_BLOCK = dict(type='Replace', pattern=dict(String=BLOCK), content=' ')
SENTENCE_DECODER = [FROM_BLOCK, dict(type='ByteFallback'), dict(type='Fuse')]


def metaspace(scheme, split):
    return dict(type='Metaspace', replacement=BLOCK, prepend_scheme=scheme,
                split=split)


def byte_level(**flags):
    return dict(type='ByteLevel', add_prefix_space=False, trim_offsets=True,
                use_regex=True) | flags


def sequence(key, *steps):
    return {'type': 'Sequence', key: list(steps)}


def split(regex):
    """Pieces by a pattern, then bytes, as byte-level models have it."""
    return sequence('pretokenizers', dict(
        type='Split', pattern=dict(Regex=regex), behavior='Isolated',
        invert=False), byte_level(use_regex=False))


# name: (normalizer, pre-tokenizer, decoder, options of the model)
FALLBACK = dict(byte_fallback=True, fuse_unk=True, unk_token='<unk>')
FAMILIES = {
    # Llama 2 and Mistral v1: nothing cuts the text.
    'prepend': (sequence('normalizers', dict(type='Prepend', prepend=BLOCK),
                         TO_BLOCK), None,
                sequence('decoders', *SENTENCE_DECODER,
                         dict(type='Strip', content=' ', start=1, stop=0)),
                FALLBACK),
    # The same in newer files.
    'metaspace-first': (None, metaspace('first', False),
                        sequence('decoders', *SENTENCE_DECODER, dict(
                            type='Strip', content=' ', start=1, stop=0)),
                        FALLBACK),
    'metaspace-always': (dict(type='NFKC'), metaspace('always', True),
                         metaspace('always', True),
                         dict(unk_token='<unk>', fuse_unk=True)),
    'metaspace-never': (None, sequence(
        'pretokenizers', dict(type='Digits', individual_digits=True),
        metaspace('never', True)), sequence(
            'decoders', dict(type='ByteFallback'), metaspace('never', True)),
        FALLBACK | dict(fuse_unk=False, ignore_merges=True)),
    # Falcon: steps after ByteLevel, which see what stands for bytes.
    'punctuation': (None, sequence(
        'pretokenizers', dict(type='Punctuation', behavior='Contiguous'),
        byte_level(), dict(type='Digits', individual_digits=False),
        dict(type='Split', pattern=dict(Regex='[0-9][0-9][0-9]'),
             behavior='Isolated', invert=False)), byte_level(), {}),
    # CLIP: words that end in a suffix.
    'suffix': (sequence('normalizers', dict(type='NFC'), dict(
        type='Replace', pattern=dict(Regex=r'\s+'), content=' '),
        dict(type='Lowercase')), sequence('pretokenizers', dict(
            type='Split', behavior='Removed', invert=True, pattern=dict(
                Regex=r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}"
                r'|[^\s\p{L}\p{N}]+')), byte_level(use_regex=False)),
        sequence('decoders', byte_level(),
                 dict(type='BPEDecoder', suffix='</w>')),
        dict(end_of_word_suffix='</w>', unk_token='<unk>')),
    # Every flag of added tokens, looked for in normalized text and not.
    'added-all': (sequence('normalizers', dict(type='Lowercase'), TO_BLOCK),
                  metaspace('first', True),
                  sequence('decoders', *SENTENCE_DECODER), FALLBACK),
    'bloom': (None, split(BLOOM), byte_level(), {}),
    'kimi': (None, split(KIMI), byte_level(), {}),
}
FLAGS = ('single_word', 'lstrip', 'rstrip', 'normalized', 'special')
FLAGGED = ['<F%02d>' % i for i in range(1 << len(FLAGS))]


def build_family(name, size=700, text=None):
    normalizer, pre_tokenizer, decoder, options = FAMILIES[name]
    specials = ['<unk>', BOS, EOS]
    special_ids = {x: i for i, x in enumerate(specials)}
    fallback = options.get('byte_fallback', False)
    template = dict(
        type='TemplateProcessing', special_tokens={
            BOS: dict(id=BOS, ids=[special_ids[BOS]], tokens=[BOS])},
        single=[dict(SpecialToken=dict(id=BOS, type_id=0)),
                dict(Sequence=dict(id='A', type_id=0))],
        pair=[dict(Sequence=dict(id='A', type_id=0)),
              dict(Sequence=dict(id='B', type_id=1))])
    j = dict(version='1.0', truncation=None, padding=None, added_tokens=[],
             normalizer=normalizer,
             # Merges go across no words, as sentencepiece trains them.
             pre_tokenizer=pre_tokenizer or metaspace('never', True),
             post_processor=template, decoder=decoder,
             model=json.loads(Tokenizer(models.BPE()).to_str())['model'])
    t = Tokenizer.from_str(json.dumps(j))
    affix = {k: options[k] for k in ('end_of_word_suffix',) if k in options}
    t.train_from_iterator(text or list(corpus()), trainers.BpeTrainer(
        vocab_size=size, show_progress=False, limit_alphabet=150,
        special_tokens=specials + [f'<0x{b:02X}>' for b in range(256)
                                   ] * fallback, **affix))
    model = json.loads(t.to_str())['model'] | options
    if name == 'prepend':  # the older spelling of merges
        model['merges'] = [' '.join(m) for m in model['merges']]
    count = len(model['vocab'])
    more = [added(x, count + i, **{
        flag: bool(i >> bit & 1) for bit, flag in enumerate(FLAGS)})
            for i, x in enumerate(FLAGGED)] if name == 'added-all' else [
                added(x, count + i) for i, x in enumerate((THINK, UNTHINK))]
    j |= dict(pre_tokenizer=pre_tokenizer, model=model, added_tokens=[
        added(x, i, special=True) for x, i in special_ids.items()] + more)
    Tokenizer.from_str(json.dumps(j))  # it must load
    return j


def ids(j):
    """content -> id of the added tokens."""
    return {x['content']: x['id'] for x in j['added_tokens']}


def count(j):
    return 1 + max(*j['model']['vocab'].values(), *ids(j).values())


def token(text, normalized=False):
    return dict(__type='AddedToken', content=text, lstrip=False, rstrip=False,
                single_word=False, normalized=normalized)


def tokenizer_config(kind):
    """tokenizer_config.json, with a template that renders as R1's does."""
    with open(os.path.join(HERE, 'r1_template.jinja'), encoding='utf8') as f:
        template = f.read().rstrip('\n')
    front = kind == 'deepseek'
    return dict(
        add_bos_token=True, add_eos_token=False, bos_token=token(BOS, front),
        clean_up_tokenization_spaces=False, eos_token=token(EOS, front),
        legacy=True, model_max_length=16384,
        pad_token=token(PAD, front) if kind != 'qwen2' else token(EOS),
        sp_model_kwargs={}, unk_token=None,
        tokenizer_class='LlamaTokenizerFast', chat_template=template)


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf8') as f:
        json.dump(value, f, ensure_ascii=False, indent=1)
        f.write('\n')


def main():
    at = os.path.join(MODELS, 'tokenizers')
    write_json(f'{at}/digits/tokenizer.json', build('digits', 400))
    # Added tokens with every flag, and one that only NFC text matches.
    odd = [dict(content='<left>', lstrip=True),
           dict(content='<right>', rstrip=True),
           dict(content='<both>', lstrip=True, rstrip=True),
           dict(content='word', single_word=True),
           dict(content='caf\u00e9!', normalized=True),
           dict(content='<left><right>')]
    write_json(f'{at}/added-flags/tokenizer.json',
               build('qwen2', 400, extra=odd))
    for name in FAMILIES:
        write_json(f'{at}/{name}/tokenizer.json', build_family(name))
    # The tokenizers of the models hold few merges; these hold more.
    for kind in ('deepseek', 'llama3', 'qwen2'):
        write_json(f'{at}/{kind}/tokenizer.json', build(kind, 600))
        write_json(f'{at}/{kind}/tokenizer_config.json',
                   tokenizer_config(kind))


if __name__ == '__main__':
    main()
