"""The tables that template_snippets.py makes its templates of."""

VARIABLES = {
    "messages": [{"role": "user", "content": "hé"},
                 {"role": "assistant", "content": "yo"}],
    "words": ["banana", "Apple", "cherry", "apple"],
    "people": [{"name": "Ann", "age": 31, "town": {"name": "Köln"}},
               {"name": "bob", "age": 25, "town": {"name": "Ulm"}},
               {"name": "Cy", "age": 31}],
    "long": ("The quick-brown fox -- jumps over\tthe lazy dog's back. See "
             "http://example.com/a?b=1, www.test.org or me@mail.example.org! "
             "Ein Wort-mit-Strichen.\n\nZweiter Absatz: "
             + "Donaudampfschifffahrtsgesellschaft" * 3),
    "html": "<b class=\"x\">Tom &amp; 'Jerry'</b> <!-- c > d --> &eacute;&#233;&#x1F600;&nope; 1 < 2",
    "unicode": "Straße ΑΣ ΑΣΑ ǆ İstanbul ﬁ ÀÉ 🙂 e\u0301 \u00a0x\u2028y ٣²½ Ⅷ",
    "numbers": [3, 1.5, -2, 0, True, 10**20],
    "nothing": None,
}

# Expressions, one of each kind and some odd ones.
VALUES = [
    "'abc'", "''", "'Hello wOrld-foo (bar)'", "unicode", "html", "' 12 '",
    "'1e3'", "0", "7", "-3", "2.5", "-0.0", "1e20", "true", "none", "undef",
    "[]", "[1, 2, 3]", "words", "people", "(1, 'b')", "{}", "{'b': 1, 'A': [2]}",
    "range(3)", "numbers", "'<a>'|safe", "10 ** 20", "{'x': 1}.items()",
    "long", "namespace(a=1)", "[1, 2]|map('string')",
]

# Filters with arguments for each.
FILTERS = {
    "abs": [""], "attr": ["('upper')", "('a')"], "batch": ["(2)", "(3, 'x')", "(0)"],
    "capitalize": [""], "center": ["", "(20)", "(width=7)"], "count": [""],
    "d": ["('z')"], "default": ["", "('z')", "('z', true)", "(boolean=true)"],
    "dictsort": ["", "(true)", "(by='value')", "(false, 'key', true)", "(by='x')"],
    "e": [""], "escape": [""], "filesizeformat": ["", "(true)"], "first": [""],
    "float": ["", "('q')"], "forceescape": [""],
    "format": ["", "(1)", "(1, 2)", "(a=1)"], "groupby": ["('age')", "('name')",
        "('town.name', default='?')", "(0)", "('name', case_sensitive=true)"],
    "indent": ["", "(2, true)", "(2, blank=true)", "('> ')", "(first=true)"],
    "int": ["", "(9)", "(0, 16)", "(base=0)"], "items": [""],
    "join": ["", "('-')", "(', ', 'name')", "(attribute='age')", "(1)"],
    "last": [""], "length": [""], "list": [""], "lower": [""],
    "map": ["('upper')", "(attribute='name')", "(attribute='q', default='d')",
            "('default', 'z')", "('nope')", ""],
    "max": ["", "(attribute='age')", "(true)"], "min": ["", "(attribute='name')"],
    "pprint": [""], "reject": ["", "('odd')", "('in', [1, 'a'])"],
    "rejectattr": ["('age')", "('age', 'gt', 30)", ""],
    "replace": ["('a', 'b')", "('', '.')", "('l', '<L>', 1)", "('o', 0, count=2)"],
    "reverse": [""], "round": ["", "(1)", "(0, 'ceil')", "(method='floor')",
                               "(-1)", "(2, 'x')"],
    "safe": [""], "select": ["", "('even')", "('string')", "('>', 1)"],
    "selectattr": ["('town')", "('age', 'eq', 31)", "('name', 'in', ['Ann'])"],
    "slice": ["(2)", "(4, 'f')", "(0)"], "sort": ["", "(true)",
        "(attribute='age')", "(attribute='age,name')", "(case_sensitive=true)"],
    "string": [""], "striptags": [""], "sum": ["", "(attribute='age')", "(start=10)",
                                             "(start=[])"],
    "title": [""], "tojson": ["", "(true)", "(indent=2)", "(false, 2)",
        "(separators=(',', ':'))", "(true, none, none, true)", "(sort_keys=true)",
        "(indent='\\t')", "(indent=0)"],
    "trim": ["", "('aH ')", "(chars='x')"], "truncate": ["", "(9)", "(10, true)",
        "(12, end='…')", "(10, false, '', 0)", "(2)"],
    "unique": ["", "(true)", "(attribute='age')"], "upper": [""],
    "urlencode": [""], "urlize": ["", "(10)", "(nofollow=true)", "(target='_blank')",
        "(rel='a b')", "(extra_schemes=['tel:'])"],
    "wordcount": [""], "wordwrap": ["", "(20)", "(10, false)", "(12, true, '|')",
        "(15, break_on_hyphens=false)", "(0)"],
    "xmlattr": ["", "(false)"],
}

TESTS = {
    "boolean": [""], "callable": [""], "defined": [""], "divisibleby": ["(3)", " 2"],
    "eq": ["(7)", " 'abc'"], "escaped": [""], "even": [""], "false": [""],
    "filter": [""], "float": [""], "ge": ["(2)"], "greaterthan": ["(2)"],
    "gt": ["('b')"], "in": ["([1, 'abc', 7])", " 'abcd'", "(words)"],
    "integer": [""], "iterable": [""], "le": ["(2)"], "lower": [""],
    "lt": ["(2)"], "mapping": [""], "ne": ["(7)"], "none": [""], "number": [""],
    "odd": [""], "sameas": ["(none)", "(true)", " 7"], "sequence": [""],
    "string": [""], "test": [""], "true": [""], "undefined": [""], "upper": [""],
    "nope": [""],
}

_TEXTS = ("'abc'", "''", "'Hello wOrld'", "unicode", "'a,b,,c'", "' \\t x\\ny '",
          "'abcabcABC'", "'<i>'|safe", "'12'", "'-7'", "'{}-{a}-{0}'", "'%s|%5d'",
          "'a\\tbc\\td'", "'AbC dEf'", "'_x1'", "'a-b'")
METHODS = {
    _TEXTS: {
        "capitalize": [""], "casefold": [""], "center": ["7", "8, '*'", "3, 'ab'"],
        "count": ["'b'", "''", "'b', 1", "'b', -3, 9"], "endswith": ["'c'",
            "('x', 'c')", "'b', 0, 2", "''"], "expandtabs": ["", "4", "0"],
        "find": ["'b'", "'z'", "'b', 2", "'c', -2", "'', 99"],
        "format": ["", "1", "1, a=2", "'x', a='y'", "[1, 2], a={'b': 3}"],
        "format_map": ["{'a': 1}", "{}"], "index": ["'b'", "'zz'"],
        "isalnum": [""], "isalpha": [""], "isascii": [""], "isdecimal": [""],
        "isdigit": [""], "isidentifier": [""], "islower": [""], "isnumeric": [""],
        "isprintable": [""], "isspace": [""], "istitle": [""], "isupper": [""],
        "join": ["['x', 'y']", "'abc'", "[1]", "[]", "words"],
        "ljust": ["6", "6, '.'"], "lower": [""], "lstrip": ["", "'a '", "none"],
        "partition": ["'b'", "'zz'", "''"], "removeprefix": ["'a'", "'zz'"],
        "removesuffix": ["'c'"], "replace": ["'a', 'xx'", "'', '.'", "'b', '', 1",
            "'c', '<'", "old='a', new='b'"],
        "rfind": ["'b'", "'b', 0, 3"], "rindex": ["'b'", "'zz'"], "rjust": ["6"],
        "rpartition": ["'b'", "'zz'"], "rsplit": ["", "',', 1", "none, 1"],
        "rstrip": ["", "'c'"], "split": ["", "','", "',', 1", "none, 1",
            "sep=',', maxsplit=1", "''"], "splitlines": ["", "true"],
        "startswith": ["'a'", "('x', 'a')", "'b', 1", "['a']"],
        "strip": ["", "'ac'", "'é '"], "swapcase": [""], "title": [""],
        "upper": [""], "zfill": ["6", "2"], "nope": [""],
    },
    ("{'b': 1, 'A': [2]}", "{}", "{1: 'x', none: 2, 1.5: 3, (1, 2): 4}",
     "people[0]"): {
        "get": ["'b'", "'z'", "'z', 9", "1", "[1]"], "items": [""], "keys": [""],
        "values": [""], "copy": [""], "fromkeys": ["'ab'", "[1], 2"],
        "pop": ["'b'"], "update": ["{}"], "setdefault": ["'b', 1"], "clear": [""],
        "name": [""],
    },
    ("[1, 2, 1, 'a']", "[]", "words", "(1, 'b', 1)", "range(5)"): {
        "index": ["1", "'q'", "1, 1"], "count": ["1", "'a'"], "copy": [""],
        "append": ["1"], "pop": [""], "sort": [""], "extend": ["[1]"],
        "insert": ["0, 1"], "remove": ["1"], "reverse": [""], "clear": [""],
    },
    ("5", "-7", "2.5", "true", "(10 ** 20)", "0.1"): {
        "bit_length": [""], "bit_count": [""], "conjugate": [""],
        "as_integer_ratio": [""], "is_integer": [""], "hex": [""],
    },
}

# Statements as their tags, with BODY between them and VALUE in them.
BLOCKS = [
    ["if VALUE", "BODY", "endif"], ["if VALUE", "BODY", "else", "BODY", "endif"],
    ["if VALUE", "BODY", "elif VALUE", "BODY", "else", "BODY", "endif"],
    ["for i in [1, 2, 3]", "BODY", "endfor"], ["for i in VALUE", "BODY", "endfor"],
    ["for k, v in {'a': 1, 'b': 2}.items()", "BODY", "endfor"],
    ["for i in [1, 2, 3] if i != 2", "BODY", "else", "BODY", "endfor"],
    ["for i in 'ab' if VALUE", "BODY", "endfor"],
    ["for i in []", "BODY", "else", "BODY", "endfor"],
    ["for i in [1, 2, 3, 4]", "if i == 2", "continue", "endif", "if i == VALUE",
     "break", "endif", "BODY", "endfor"],
    ["for i in [[1, [2]], [3]] recursive", "if i is iterable", "BODY",
     "print loop(i)", "else", "print i", "endif", "endfor"],
    ["set x = VALUE"], ["set x, y = VALUE, 2"], ["set x", "BODY", "endset"],
    ["set x | upper | trim", "BODY", "endset"], ["set ns.a = VALUE"],
    ["with x = VALUE, y = x", "BODY", "endwith"], ["with", "BODY", "endwith"],
    ["filter upper", "BODY", "endfilter"],
    ["filter replace('t', 'T') | trim", "BODY", "endfilter"],
    ["macro m(a, b=VALUE)", "BODY", "endmacro"],
    ["macro m(a, b=2, c=b)", "print a, b, c, varargs, kwargs", "BODY", "endmacro"],
    ["macro m(a)", "print caller(a) if caller else '-'", "endmacro",
     "call(q) m(VALUE)", "BODY", "print q", "endcall"],
    ["call m(VALUE)", "BODY", "endcall"],
    ["autoescape true", "BODY", "endautoescape"],
    ["autoescape VALUE", "BODY", "endautoescape"],
    ["raw", "BODY", "endraw"], ["generation", "BODY", "endgeneration"],
    ["block b1", "BODY", "endblock"], ["block b2 scoped", "BODY", "endblock"],
    ["print VALUE, 1"],
]

# One template a line; those of several lines stand below.
LINES = r'''
{{ 1 + 2 * 3 ** 2 // 4 % 5 }}|{{ -7 // 2 }}|{{ -7 % 3 }}|{{ 7 / 2 }}|{{ 1e16 }}|{{ 1.5e-5 }}|{{ 0.1 + 0.2 }}|{{ 100.0 }}
{{ none }}|{{ true }}|{{ [1, 'a', none, true, 1.0, 'it\'s', "q\"'"] }}|{{ (1,) }}|{{ (1, 2) }}|{{ {'a': [1], 'b': {}} }}
{{ x }}|{{ x is defined }}|{{ x is none }}|{{ x | length }}|{{ x | default('d') }}|{{ '' | default('e', true) }}|{{ x or 'z' }}
{{ 'a' if false }}|{{ 'a' if true else 'b' }}|{{ 1 if x else 2 if y else 3 }}
{% for i in range(5) if i is odd %}{{ loop.index }}/{{ loop.length }}:{{ i }}{{ ',' if not loop.last }}{% else %}none{% endfor %}
{% for i in [] %}a{% else %}empty{% endfor %}|{% for c in 'aé🙂' %}{{ c }}-{% endfor %}
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% set a = 1 %}{% for i in [1, 2] %}{{ a }}{% set a = 5 %}{{ a }}{% endfor %}{{ a }}
{% set ns = namespace(a=1) %}{% for i in [1, 2] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}
{% macro m(a, b='B', c=a ~ '!') %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m('x') }}{{ m('x', c=1) }}{{ m(b=2, a=3) }}{{ m() }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% set b %}  x {{ 1 }}  {% endset %}[{{ b }}]{% set c | trim | upper %}  y {% endset %}[{{ c }}]
{{ 'a,b,,c'.split(',') }}|{{ ' a  b '.split() }}|{{ 'a b c d'.split(' ', 1) }}|{{ 'a b c d'.rsplit(' ', 1) }}|{{ 'a b '.split(none, 1) }}
{{ '  x '.strip() }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}|{{ 'abc'.startswith(('x', 'a')) }}|{{ 'abc'.endswith('bc') }}|{{ 'aXbX'.replace('X', '-', 1) }}|{{ 'ab'.replace('', '.') }}
{{ 'héllo wörld'.upper() }}|{{ 'STRASSE'.lower() }}|{{ 'straße' | upper }}|{{ 'hELLO' | capitalize }}|{{ 'x'.join(['1', '2']) }}
{{ 'abcdef'[1:4] }}|{{ 'aé🙂b'[::-1] }}|{{ 'aé🙂b'[2] }}|{{ [1, 2, 3, 4][::2] }}|{{ [1, 2, 3][-2:] }}|{{ [1, 2, 3][5] }}|{{ 'abc'[-10:2] }}|{{ [1,2,3][::-1] }}|{{ [1,2,3,4,5][3:0:-2] }}
{{ {'a': 1, 'b': [1, 2.5, none, true], 'c': 'é<>&"\n\u2028'} | tojson }}|{{ [] | tojson(indent=2) }}|{{ {'a': {'b': [1, {}]}} | tojson(indent=2) }}|{{ 'é🙂' | tojson(ensure_ascii=true) }}
{{ {'b': 1, 'a': 2} | tojson(sort_keys=true, separators=(',', ':')) }}|{{ {1: 2, none: 3, true: 4} | tojson }}
{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 'a' in 'abc' }}|{{ 'a' not in ['b'] }}|{{ 'k' in {'k': 1} }}|{{ 1 == 1.0 == true }}|{{ not 1 == 2 }}
{{ [1, 2] + [3] }}|{{ 'a' * 3 }}|{{ 'a' ~ 1 ~ none ~ x }}|{{ '%s-%d%%' % ('a', 3) }}|{{ '%s' % 'b' }}|{{ '%r' % 'c' }}
{{ [1, 2] is iterable }}|{{ 'a' is string }}|{{ {} is mapping }}|{{ 1 is number }}|{{ true is boolean }}|{{ 1 is integer }}|{{ true is integer }}|{{ 1.0 is float }}|{{ [] is sequence }}|{{ range is callable }}|{{ false is false }}|{{ 0 is false }}|{{ 6 is divisibleby 3 }}|{{ 3 is in [1, 3] }}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('z', 9) }}{{ {'a': 1}.get('z') }}{{ {'a': 1} | list }}{{ {'a': 1}.keys() | list }}{{ {'a': 1}.values() | list }}
{{ [{'n': 1}, {'n': 2}, {}] | map(attribute='n') | list }}|{{ ['a', 'b'] | map('upper') | join('-') }}|{{ [{'n': 1, 't': 'x'}, {'n': 2, 't': 'y'}] | selectattr('t', 'equalto', 'y') | map(attribute='n') | first }}|{{ [0, 1, 2] | select | list }}|{{ [1, 2, 3] | reject('odd') | list }}
{{ [1, 2, 3] | first }}|{{ [1, 2, 3] | last }}|{{ [] | first }}|{{ 'abc' | last }}|{{ [3, 1] | reverse | list }}|{{ 'ab' | reverse }}|{{ [1, 2] | join(', ') }}|{{ [{'a': 1}] | join('', attribute='a') }}
{{ '12' | int + 1 }}|{{ 'x' | int }}|{{ 3.9 | int }}|{{ -3 | abs }}|{{ 'a\nb\n\nc' | indent(2) }}|{{ 'a\nb' | indent(2, true) }}|{{ 5 | string + 'x' }}
{% raw %}{{ raw }} {% x %}{% endraw %}|{{ "a" "b" }}|{{ '\x41\u00e9\n\q\101' }}
{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}|{% filter upper %}abc{{ 1 }}{% endfilter %}|{% generation %}g{% endgeneration %}
{{ messages[0].role }}{{ messages[0]['content'] }}{{ messages[0].nope }}{{ messages | length }}{{ messages[-1].content[0] }}
{{ {} or 'e' }}{{ [] and 1 }}{{ 0 or none }}{{ 'a' and 'b' }}{{ (1, 2)[0] }}{{ {'a': {'b': 3}}.a.b }}{{ [[1, 2]].0.1 }}
{% if messages | selectattr('role', 'equalto', 'zzz') %}generator{% endif %}{% set g = [1] | map('string') %}{{ g | list }}{{ g | list }}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{% endfor %}{% set q, r = 1, 2 %}{{ q }}{{ r }}{% for i in [1, 2, 3] %}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }}{{ loop.cycle('o', 'e') }}{% endfor %}
{{ 'a\r\nb\nc'.splitlines() }}|{{ 'abc'.find('c') }}|{{ 'aXbX'.count('X') }}|{{ [1, 1].count(1) }}|{{ 'abc'.removeprefix('a') }}
{{ 5 - 3 - 1 }}|{{ 2 ** 3 ** 2 }}|{{ -2 ** 2 }}|{{ 1 ~ 2 + 3 }}|{{ 7 // 2.0 }}|{{ -1.5 % 1 }}|{{ 10 % -3 }}|{{ -5 | abs }}
{{ x.y is defined }}
{{ 'a' + 1 }}
{{ [1] | last.foo }}
{{ none + 1 }}
{{ 1 / 0 }}
{{ 'a' < 1 }}
{{ raise_exception('no ' ~ 1) }}
{{ {'a': x} | tojson }}
{{ [1] | map('upper') | length }}
{{ range(3) | list }}
{{ dict(a=1, b=2) }}{{ dict({'z': 1}, a=2) | tojson }}
{{ strftime_now('%Y') | length }}|{{ strftime_now is defined }}|{{ nope is defined }}
{{ '\u00a0x\u3000' | trim }}|{{ ' \x1fy\x85' | trim }}|{{ 'xyx' | trim('x') }}|{{ ['\u200b\xa0é🙂\n'] }}
{{ [1.0, 1e22, 1e-7, 123456789.123, 1e15, 9007199254740993.0] }}|{{ [0.1, 1.1e300, 5e-324] | tojson }}
{{ {'items': 1}['items'] }}|{{ {'a': 1} | items | list }}|{{ {'a': 1} == {'a': 1.0} }}|{{ [1, 2] == [1, 2] }}|{{ (1,) == [1] }}|{{ [1, 2] < [1, 3] }}
{%- set ns = namespace() %}{% set ns.v = [] %}{% for m in messages %}{% set ns.v = ns.v + [m.content] %}{% endfor %}{{ ns.v | join('+') }}
{% for n in [1, [2, [3]], 4] recursive %}{{ loop.depth }}{{ loop.depth0 }}{% if n is iterable %}<{{ loop(n) }}>{% else %}{{ n }}{{ loop.index }}{% endif %}{% endfor %}
{% for n in [[1], []] recursive %}{{ loop(n) }}{% else %}E{% endfor %}|{% for i in [1] %}{{ loop([1]) }}{% endfor %}
{% macro box(t) %}[{{ t }}:{{ caller(t, k=2) }}]{% endmacro %}{% call(a, k, z='Z') box('T') %}{{ a }}{{ k }}{{ z }}{% endcall %}
{% macro m() %}{{ caller is defined }}{{ caller }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}
{% macro m(a, b=a, c=b ~ 'c') %}{{ a }}{{ b }}{{ c }}{{ m.name }}{{ m.arguments }}{% endmacro %}{{ m(1) }}{{ m(1, c=5) }}{{ m(*[7, 8], **{'c': 9}) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro o() %}{% macro i(x) %}<{{ x }}{{ y }}>{% endmacro %}{% set y = 'Y' %}{{ i(1) }}{% endmacro %}{{ o() }}
{% set y = 1 %}{% macro m() %}{{ y }}{% endmacro %}{% set y = 2 %}{{ m() }}{% for y in [3] %}{{ m() }}{% endfor %}
{% for x in [1, 2] %}{% macro m() %}{{ x }}{{ loop is defined }}{% endmacro %}{{ m() }}{% endfor %}
{% if true %}{% set q = 1 %}{% endif %}{{ q }}{% if false %}{% set r = 1 %}{% endif %}{{ r is defined }}
{% for i in [1, 2] %}{% set messages = i %}{{ messages }}{% endfor %}{{ messages | length }}
{% for i in [1] %}{{ messages | length }}{% endfor %}{% set messages = [] %}{{ messages | length }}
{{ messages | length }}{% set messages = messages[1:] %}{{ messages | length }}{% for m in messages %}{{ m.role }}{% endfor %}
{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% else %}E{% endfor %}|{% for i in [1] %}{% break %}{% else %}E{% endfor %}|{% for i in [1] %}{% continue %}{% else %}E{% endfor %}
{% for i in [1, 2] %}{% set b %}in{% if i == 1 %}{% continue %}{% endif %}{% endset %}{{ b }}{% endfor %}|{% for i in [1, 2] %}{% filter upper %}x{% break %}{% endfilter %}{% endfor %}after
{% for i in [1, 1, 2, 2, 1] %}{{ loop.changed(i) }}{{ loop.cycle('a', 'b', 'c') }}{{ loop.revindex0 }}{% endfor %}
{% for i in [1, 2, 3] | map('string') %}{{ loop.last }}{{ loop.length }}{{ loop.nextitem }}{{ loop.previtem }}{% endfor %}
{% set ns = namespace(n=0) %}{% for i in range(6) if ns.n < 3 %}{% set ns.n = ns.n + 1 %}{{ i }}{% endfor %}|{{ ns.n }}|{{ ns }}
{% set ns = namespace(n=0) %}{% for i in range(6) if ns.n < 3 %}{{ loop.last }}{% set ns.n = ns.n + 1 %}{{ i }}{% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% set (p, q), r = [(1, 2), 3] %}{{ p }}{{ q }}{{ r }}{% set ns = namespace() %}{% set ns.a, z = 1, 2 %}{{ ns.a }}{{ z }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set _ = c.reset() %}{{ c.next() }}{% set j = joiner('|') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}
{% with a = 1, b = a %}{{ a }}{{ b }}{% set a = 5 %}{{ a }}{% endwith %}{{ a }}|{% with (a, b) = (1, 2) %}{{ a }}{{ b }}{% endwith %}
{% autoescape true %}{{ '<' }}{{ '<' | safe }}{{ '<' ~ ('>' | safe) }}{{ ['<', '>' | safe] | join('&') }}{% set b %}<{{ '<' }}{% endset %}{{ b }}{{ b ~ '<' }}{% macro m(x) %}<{{ x }}{% endmacro %}{{ m('<') }}{{ '<b>' | upper }}{{ '%s' | safe | format('<') }}{% endautoescape %}{{ b }}
{% autoescape true %}{{ ('<b>' | safe).replace('b', '<') }}{{ '<b>' | replace('b', '<' | safe) }}{{ ('<{}>' | safe).format('<') }}{{ ('<' | safe) * 2 }}{{ ('<,>' | safe).split(',') }}{{ ('<x>' | safe)[1:] }}{{ {'a<': '<'} | xmlattr }}{{ 'www.a.de' | urlize }}{{ '<' | e | e }}{{ '<' | forceescape | forceescape }}{% endautoescape %}
{{ ('<' | safe) + '<' }}{{ '<' + ('<' | safe) }}{{ ('<%s>' | safe) % '<' }}{{ [('<' | safe)] }}{{ ('<' | safe) is escaped }}{{ ('&lt;<b>x</b>' | safe).striptags() }}{{ ('&amp;' | safe).unescape() }}{{ ('a' | safe).join(['<', 1]) }}
{% block a %}A{{ x }}{% set x = 2 %}{{ x }}{% endblock %}{{ self.a() }}{% set x = 9 %}{{ self.a() }}{% for i in [1] %}{% block b scoped %}{{ i }}{% endblock %}{% block c %}{{ i }}{% endblock %}{% endfor %}{{ super is defined }}
{% set v = 1 %}{% block a %}{{ v }}{{ self.b() }}{% endblock %}{% block b %}B{{ super }}{% endblock b %}{% block a %}{% endblock %}
{% print 1, 'a' %}{% print x %}|{% set a, b = 'xy' %}{{ b }}{{ a }}|{% set t = 1, %}{{ t }}|{% if 1, %}T{% endif %}{% for i in 1, 2 %}{{ i }}{% endfor %}
{{ 'a' 'b' ~ "c" }}{{ 0x1F }}{{ 0b101 }}{{ 0o17 }}{{ 1_000 }}{{ 1e2 }}{{ 1_0.5e-1 }}{{ 00 }}|{{ 123456789012345678901234567890 }}
{{ 5.bit_length() }}|{{ 5 .real }}|{{ 1.5.is_integer() }}|{{ [1, 2].0 }}|{{ {'a': {'b': 1}}.a['b'] }}|{{ 'abc'.upper()[0] | lower }}|{{ -3 | abs }}|{{ (-3) | abs }}
{{ 1 if 0 }}{{ 1 if 0 else 2 if 0 else 3 }}{{ not not 1 }}{{ not 1 in [1] }}{{ 1 not in [2] }}{{ 1 is not none }}{{ x is not defined }}{{ 2 is even and 3 is odd }}{{ 4 is divisibleby 2 }}{{ 'a' is in 'abc' }}
{{ '%(a)s-%(b)05.1f-%%' % {'a': 1, 'b': 2.25} }}|{{ '%+d|% d|%x|%X|%#o|%e|%G|%c|%5.2s|%-6r|%a' % (5, 5, 255, 255, 8, 12345.678, 1e-10, 'q', 'abc', 'z', 'é') }}|{{ '%*d' % (5, 42) }}|{{ '%s %s' % ('a',) }}
{{ '{0} {1!r} {x} {0:>5} {2:,} {2:_x} {3:.2%} {3:+.3e} {3:010.2f} {4:^7} {4:*<5}'.format('a', 'b', 1234567, 0.5, 'mid', x=[1]) }}|{{ '{:{w}.{p}f}'.format(3.14159, w=8, p=2) }}|{{ '{a[k]}{b.c}{{}}'.format(a={'k': 1}, b={'c': 2}) }}|{{ '{:g} {:g} {} {}'.format(1e20, 0.0001, 1e16, 100000.0) }}
{{ '{} {0}'.format(1) }}
{{ '{x}'.format() }}
{{ '{:d}'.format('a') }}
{{ 'one-two (three [four {five <six' | title }}{{ 'one-two (three'.title() }}
{{ 'ß'.upper() }}{{ 'ΑΣ ΑΣΑ'.lower() }}{{ 'ǆ'.title() }}{{ 'İ'.lower() | length }}{{ 'ﬁ'.upper() }}{{ 'ŉ'.title() }}{{ 'ẞ'.casefold() }}{{ "it's o'neil" | title }}{{ "it's".title() }}{{ 'ÀÉ'.swapcase() }}
{{ people | groupby('age') | map('first') | list }}{% for g, l in people | groupby('town.name', default='?') %}{{ g }}{{ l | length }};{% endfor %}{{ (people | groupby('age'))[0].grouper }}{{ (people | groupby('age'))[0].list | length }}
{{ words | sort }}{{ words | sort(case_sensitive=true) }}{{ words | unique | list }}{{ words | map('length') | sum }}{{ [[1, 2], [3]] | sum(start=[]) }}{{ [0.1] * 3 | sum }}{{ {'b': 1, 'A': 2} | dictsort }}{{ [3, 1] | min }}{{ [] | max is defined }}
{{ 1234.5678 | round(2) }}{{ 2.5 | round }}{{ 3.5 | round }}{{ 1250 | round(-2) }}{{ 1350 | round(-2) }}{{ 2.675 | round(2) }}{{ 1e300 | round(3) }}{{ -0.4 | round }}{{ 12.3 | round(1, 'ceil') }}{{ 5 | round(2, 'floor') }}{{ 15.0 | round(-1) }}{{ 25.0 | round(-1) }}
{{ '0x1f' | int(base=16) }}{{ '0b11' | int(0, 0) }}{{ ' 1_0 ' | int }}{{ '1e3' | int }}{{ '٣' | int }}{{ 'inf' | float }}{{ '1_0.5' | float }}{{ 'x' | float(1) }}{{ 10 ** 25 | int }}{{ (10 ** 25) // 7 }}{{ (10 ** 25) % 7 }}{{ -(10 ** 25) // 7 }}{{ 2 ** 64 - 1 }}{{ 9007199254740993 == 9007199254740992.0 }}{{ 10 ** 20 / 3 }}
{{ 7.5 // 2 }}{{ -7.5 // 2 }}{{ -7.5 % 2 }}{{ 7 % -2.5 }}{{ 0.0 % 1 }}{{ -0.0 }}{{ 1e308 * 10 }}{{ 2 ** -1 }}{{ 2 ** 0.5 }}{{ True + True }}{{ 1 == True }}{{ [1, 2] * 2 }}{{ 'ab' * true }}{{ (1,) + (2,) }}
{{ namespace(_x=1) }}
{{ dict([('a', 1), ['b', 2]], c=3) }}{{ dict.fromkeys('ab', 0) }}{{ {}.fromkeys([1]) }}{{ {1: 'a', 1.0: 'b', true: 'c'} }}{{ {(1, 2): 3}[(1, 2)] }}{{ {'a': 1}.items() }}{{ {'a': 1}.keys() }}{{ {'a': 1}.values() }}{{ range(2, 9, 3) }}{{ range(5)[1:3] }}
{{ {[1]: 2} }}
{{ nothing.x is defined }}{{ nothing['x'] }}{{ x.y }}
{{ x | first }}{{ x | list }}{{ x | join }}{{ x | sort }}{{ x ~ x }}{{ x | upper }}{{ x | tojson }}
{{ messages[0].items }}
{{ {'items': 1}.items is callable }}{{ {'keys': 2}['keys'] }}{{ {'a': 1}['get']('a') }}{{ 'abc'['upper']() }}{{ {'update': 1}.update is defined }}{{ [].append is defined }}{{ ''.__class__ is defined }}{{ {'_a': 5}._a }}
{{ 'a.b'.split('.') | map('upper') | join('|') }}{{ 'x=%s' | format(5) }}{{ 'aaa' | replace('a', 'b', 2) }}{{ ['a', 'b'] | reverse | join }}{{ 'abc' | batch(2) | map('join') | list }}{{ range(7) | slice(3) | list }}{{ range(7) | batch(3, '-') | list }}
{{ ['a'] is filter }}{{ 'upper' is filter }}{{ 'nope' is test }}{{ '==' is test }}{{ [1, 2, 3] | select('>', 1) | list }}{{ [1, 2] | select('eq', 2) | list }}{{ [{'a': 1}] | selectattr('a') | list }}{{ ['x'] | map('default', 'd') | list }}{{ [undef] | map('default', 'd') | list }}
{{ long | wordwrap(30) }}|{{ long | truncate(40) }}|{{ long | wordcount }}|{{ long | urlize(20, true) }}|{{ long | indent(3, blank=true) }}
{{ {'a': words, 'long': long, 'n': {'x': (1,), 'y': 2.5, 'z': none}} | pprint }}
{{ html | striptags }}|{{ html | e }}|{{ '&lt;p&gt;&#x41;&hellip;&notit;&amp' | striptags }}|{{ {'a b': 1} | urlencode }}|{{ 'a/b c?é' | urlencode }}|{{ [('k', 'v/w')] | urlencode }}|{{ 123456789 | filesizeformat }}|{{ 1 | filesizeformat }}|{{ 2000000 | filesizeformat(true) }}
{% set x = 'a' %}{% set x = x ~ 'b' %}{{ x }}{% filter replace(x, 'c') %}{{ x }}{% endfilter %}{% set y | replace('b', x) %}b{% endset %}{{ y }}{% generation %}{% set x = 'q' %}{{ x }}{% endgeneration %}{{ x }}
{{ messages[0].content.__len__ }}{{ (messages | first).role }}{{ messages[-1]['content'] }}{{ messages[0]['nope'] }}{{ messages[9] is defined }}{{ messages | map(attribute='role') | join(',') }}{{ messages | rejectattr('role', 'eq', 'user') | map(attribute='content') | list }}
{%- for m in messages -%}  {{- m.role }}: {{ m.content | trim }}{% if not loop.last %}{{ '\n' }}{% endif -%}  {%- endfor %}
{{ [1,2,3][1:] }}{{ [1,2,3][:-1] }}{{ [1,2,3][::2] }}{{ 'héllo'[1] }}{{ 'héllo'[::-1] }}{{ 'abc'[5:] }}{{ [1][5] }}{{ (1, 2, 3)[::-1] }}{{ range(9)[::4] | list }}
{{ 'abc' is upper }}|{{ 'ABC' is upper }}|{{ x is undefined }}|{{ x == y }}|{{ x != none }}|{{ 'a' in x }}|{{ x ~ 'a' }}|{{ [x] }}
'''
OTHERS = [
    "  {% if true %}\n  lstrip\n  {% endif %}\n {{- ' x ' -}} \n"
    "y {#- c -#} z {# d #}\n",
    "a\r\n{%- if 1 %}\r\n  b\r\n{%- endif +%}\n c\n",
    "  {%+ if 1 %}x{% endif %}\n\n{% if 1 -%}\n\n y {%- endif %}  \n"]


