"""Judge a reader's answer: every way to write a right one passes, and nothing else.

The built pages have this judge too, in JavaScript (``_static/asks.js``). ``tests/answers.py`` holds
both to one table of answers.
"""

import html
import json
import math
import re
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import first_line, plain, shown
from .static import is_static

RELATIVE = 0.005  # of a number that is not whole: three digits will do
NOISE = 1e-6  # of a whole number: what rounding may leave of an exact computation
ACCEPTED = (
    "a finite number, words, True or False, an array, list or set of such, a dict of parts, "
    "or a function of the answer"
)
TYPED = 20  # as many numbers a reader can be asked to type


@dataclass(frozen=True)
class Question:
    """What is asked for, and each answer that is right, as a flat list."""

    kind: str  # "numbers", "words" or "choice"
    right: list[list[Any]]
    shape: tuple[int, ...] = ()
    ordered: bool = True
    rtol: float = RELATIVE
    exact: bool = True  # compare whole numbers exactly
    choices: tuple[str, ...] = ()


def question(
    expected: Any,
    also: Sequence[Any] = (),
    choices: Sequence[str] = (),
    ordered: bool = True,
    rtol: float = RELATIVE,
) -> Question:
    """Return the question whose right answers are `expected` and those in `also`."""
    try:
        return understood(expected, also, choices, ordered, rtol)
    except (ArithmeticError, TypeError, ValueError) as error:
        given = " or ".join(map(shown, [expected, *also]))
        accepted = f"one of {', '.join(choices)}" if choices else ACCEPTED
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"expected is {given}; it must be {accepted}") from None


def understood(
    expected: Any, also: Sequence[Any], choices: Sequence[str], ordered: bool, rtol: float
) -> Question:
    """Return the question, or raise what NumPy does where an answer is of no kind."""
    answers = [expected, *also]
    if isinstance(expected, bool | np.bool_):
        choices = ("yes", "no")
    if choices:
        picks = [sorted(picked(answer, choices)) for answer in answers]
        shape = () if isinstance(expected, str | bool | np.bool_) else (len(picks[0]),)
        return Question("choice", picks, shape, choices=tuple(choices))
    ordered = ordered and not isinstance(expected, set | frozenset)
    first = next(iter(expected), None) if isinstance(expected, Collection) else None
    if isinstance(expected, str) or isinstance(first, str):
        shape = () if isinstance(expected, str) else (len(expected),)
        return Question("words", [words(answer, shape) for answer in answers], shape, ordered)
    shape = np.shape(plain(as_list(expected)))
    right = [numbers(answer, shape) for answer in answers]
    return Question("numbers", right, shape, ordered, rtol)


def judge(answer: Any, asked: Question) -> str | None:
    """Return None for a right answer, "" for a wrong one, or what keeps it from being compared."""
    given: list[Any]
    try:
        if asked.kind == "choice":
            given = sorted(picked(answer, asked.choices))
            return None if given in asked.right else ""
        take = words if asked.kind == "words" else numbers
        given = take(answer, asked.shape)
    except (ArithmeticError, RuntimeError, TypeError, ValueError):
        return wanted(asked)
    if len(given) != len(asked.right[0]):
        return wanted(asked) if asked.ordered else ""
    return None if any(same(given, right, asked) for right in asked.right) else ""


def same(given: list[Any], right: list[Any], asked: Question) -> bool:
    """Tell whether two flat answers are one."""
    if asked.kind != "numbers":
        return given == right if asked.ordered else sorted(given) == sorted(right)
    if not asked.ordered:
        given, right = sorted(given), sorted(right)
    return all(close(a, b, asked) for a, b in zip(given, right, strict=True))


def close(given: float, right: float, asked: Question) -> bool:
    """Compare whole numbers exactly, others relative to their size."""
    if asked.exact and abs(right - round(right)) <= 1e-9 * max(1, abs(right)):
        return abs(given - right) <= NOISE
    return abs(given - right) <= asked.rtol * abs(right)


def wanted(asked: Question) -> str:
    """Say in words what kind of answer is asked for."""
    if asked.kind == "choice":
        return f"choose from {', '.join(asked.choices)}"
    kind = "number" if asked.kind == "numbers" else "word"
    if not asked.shape:
        return f"give one {kind}"
    if not asked.ordered:
        return f"give {kind}s"
    if len(asked.shape) == 2:
        return f"give {asked.shape[0]} rows of {counted(asked.shape[1], kind)}"
    if len(asked.shape) == 1:
        return f"give {counted(asked.shape[0], kind)}"
    return f"give an array of shape {asked.shape}"


def counted(n: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


# --- Numbers -------------------------------------------------------------------------------------


def numbers(answer: Any, shape: tuple[int, ...]) -> list[float]:
    """Return the numbers in an answer of that shape; one axis may have another length."""
    if isinstance(answer, str):
        answer = sizes(answer, shape) or read(answer, len(shape))
    if hasattr(answer, "toarray"):
        answer = answer.toarray()
    array = np.asarray(plain(as_list(answer)))
    if array.dtype.kind == "O":  # fractions, and integers beyond 64 bits
        array = array.astype(float)
    if array.dtype.kind not in "biuf" or array.ndim != len(shape):
        raise TypeError("not numbers in this shape")
    if len(shape) != 1 and array.shape != shape:
        raise ValueError("another shape")
    values: list[float] = array.astype(float).ravel().tolist()
    if not all(map(math.isfinite, values)):
        raise ValueError("not finite")
    return values


def as_list(answer: Any) -> Any:
    """Return a list of what NumPy would take for one object."""
    return list(answer) if isinstance(answer, set | frozenset | range) else answer


def sizes(text: str, shape: tuple[int, ...]) -> list[float]:
    """Return the sizes in a text such as "9×16", where a list as long is asked for."""
    factors = re.split(r"[*x]|\bby\b", unwrapped(tidied(text)))
    whole = all(factor.strip().isdecimal() for factor in factors)
    return list(map(float, factors)) if whole and shape == (len(factors),) else []


def read(text: str, axes: int) -> Any:
    """Return the number, list (one axis) or rows (two) that a text says."""
    text = unwrapped(tidied(text))
    if axes == 0:
        return number(text)
    if axes == 1:
        return [number(item) for item in items(text)]
    if re.search(r"[;\n]", text):
        rows = re.split(r"[;\n]", text)
    else:
        rows = re.findall(r"[\[({]([^\[\](){}]*)[\])}]", text) or [text]
    rows = [unwrapped(row.strip(" ,")) for row in rows]
    return [[number(item) for item in items(row)] for row in rows if row.strip()]


RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED = str.maketrans(RAISED, "-0123456789")


AROUND = (  # what readers write around an answer
    (r"^\s*(?:about|roughly|approximately)\b", ""),
    (r"^\s*(?:\w+\.)?(?:array|tensor|Size)\((.*)\)\s*$", r"\1"),
    (r"(?<![\w.])[A-Za-z]\w*\s*=", " "),
    (r"\bper ?cent\b", "%"),
    (r"(?<=\d)\.\s*$", ""),
)


def tidied(text: str) -> str:
    """Leave out what stands around an answer and within a number; write signs as on a keyboard."""
    for written, meant in AROUND:
        text = re.sub(written, meant, text, flags=re.DOTALL)
    for signs, plain_sign in (("−–", "-"), ("×·⋅", "*"), ("÷∕⁄", "/"), ("≈=~", " ")):
        text = re.sub(f"[{signs}]", plain_sign, text)
    text = re.sub(f"[{RAISED}]+", lambda power: "^" + power[0].translate(LOWERED), text)
    text = text.replace("π", "pi").replace("√", "sqrt")
    return re.sub(r"(?<=\d)[\u2009\u202f\u00a0_'](?=\d)", "", text.replace("**", "^")).strip()


def unwrapped(text: str) -> str:
    """Take off the brackets around a list."""
    inside = re.fullmatch(r"[\[({](.*)[\])}]", text, re.DOTALL)
    return inside[1] if inside and wraps(text) else text


def wraps(text: str) -> bool:
    """Tell whether the first bracket closes at the end."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "[({") - (sign in "])}")
        if depth == 0:
            return place == len(text) - 1
    return False


def items(text: str) -> list[str]:
    """Cut a list at its semicolons, else at its commas and "and", else at its spaces."""
    text = re.sub(r"\s*,?\s*(?:\band\b|&)\s*", ", ", text)
    for separator in (";", ","):
        if separator in text:
            return text.strip(f"{separator} \n").split(separator)
    text = re.sub(r"\s*([*/^])\s*", r"\1", text)
    return re.sub(r"(?<=\S)\s+([-+])\s+", r"\1", text).split()


def number(text: str) -> float:
    """Return the value of a number or of an arithmetic expression."""
    text = text.strip()
    if re.fullmatch(r"-?[1-9]\d{0,2}([ ,]\d{3})+(\.\d+)?", text):
        text = re.sub("[ ,]", "", text)
    elif re.fullmatch(r"-?\d+,\d+\s*%?", text):
        text = text.replace(",", ".")
    tokens = re.findall(
        r"(?:0|[1-9]\d*)(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|[a-z]+|\S", text.lower()
    )
    value = total(tokens)
    if tokens:
        raise ValueError(f"{tokens[0]!r} is left over")
    return value


def next_is(tokens: list[str], signs: str) -> bool:
    """Tell whether the next token is one of these signs."""
    return bool(tokens) and tokens[0] in list(signs)


def total(tokens: list[str]) -> float:
    """Take a sum from the tokens."""
    value = product(tokens)
    while next_is(tokens, "+-"):
        value += product(tokens) if tokens.pop(0) == "+" else -product(tokens)
    return value


def product(tokens: list[str]) -> float:
    """Take a product from the tokens."""
    value = signed(tokens)
    while tokens and tokens[0] in {"*", "/", *NAMES}:
        sign = tokens.pop(0) if tokens[0] in "*/" else "*"  # 2 pi
        value = value * signed(tokens) if sign == "*" else value / signed(tokens)
    return value


def signed(tokens: list[str]) -> float:
    """Take a power with its sign from the tokens."""
    if next_is(tokens, "+-"):
        return signed(tokens) if tokens.pop(0) == "+" else -signed(tokens)
    base = atom(tokens)
    if next_is(tokens, "^"):
        tokens.pop(0)
        return math.pow(base, signed(tokens))
    return base


FUNCTIONS = {"sqrt": math.sqrt, "cos": math.cos, "sin": math.sin, "log": math.log, "ln": math.log}
NAMES = {*FUNCTIONS, "pi"}


def applied(tokens: list[str]) -> float:
    """Take a function with its argument from the tokens: cos(pi), log 10, but not log 1/10."""
    function, bare = FUNCTIONS[tokens.pop(0)], not next_is(tokens, "(")
    value = function(atom(tokens))
    if bare and next_is(tokens, "*/^%"):
        raise ValueError("parentheses, please")
    return value


def atom(tokens: list[str]) -> float:
    """Take a number, or what stands in parentheses, from the tokens; it may end in a %."""
    if tokens and tokens[0] in FUNCTIONS:
        return applied(tokens)
    if tokens and tokens[0] == "pi":
        tokens.pop(0)
        return math.pi
    if next_is(tokens, "("):
        tokens.pop(0)
        value = total(tokens)
        if not next_is(tokens, ")"):
            raise ValueError("a parenthesis is open")
        tokens.pop(0)
    else:
        value = float(tokens.pop(0)) if tokens and re.match(r"[\d.]", tokens[0]) else math.nan
    if next_is(tokens, "%"):
        tokens.pop(0)
        value /= 100
    return value


# --- Words and choices ---------------------------------------------------------------------------


def words(answer: Any, shape: tuple[int, ...]) -> list[str]:
    """Return the words of an answer, each without case, quotes and the s of a plural."""
    if isinstance(answer, str):
        answer = re.split(r"[,;&\n]|\band\b", answer) if shape else [answer]
    if not all(isinstance(part, str) for part in answer):
        raise TypeError("not words")
    found = [word for word in map(simple, answer) if word]
    if not (found or shape):
        raise ValueError("no word")
    return found


def simple(text: str) -> str:
    """Return a text without case, outer punctuation and the s of a plural."""
    text = re.sub(r"^[\W_]+|[\W_]+$", "", " ".join(text.lower().split()))
    return re.sub(r"(?<=\w\w)s\b", "", text)


YES_OR_NO = {"true": "yes", "y": "yes", "false": "no", "n": "no"}
UNDECIDED = {"not", "no", "or", "neither", "nor", "never", "isn't", "but", "except"}


def picked(answer: Any, choices: Sequence[str]) -> set[int]:
    """Return which of the choices an answer names."""
    if isinstance(answer, bool | np.bool_):
        answer = "yes" if answer else "no"
    named = [answer] if isinstance(answer, str) else list(answer)
    found = set().union(*(mentioned(text, choices) for text in named))
    if not found:
        raise ValueError("none of the choices")
    return found


def mentioned(text: str, choices: Sequence[str]) -> set[int]:
    """Return which of the choices a text names, as in "A", "AC", "A and C" or "segment A"."""
    text = simple(text)
    text = simple(YES_OR_NO.get(text, text))
    names = {simple(choice): place for place, choice in enumerate(choices)}
    if text in names:
        return {names[text]}
    letters = re.sub(r"\W", "", text)
    if letters and all(letter in names for letter in letters):
        return {names[letter] for letter in letters}
    found = set()
    for name in sorted(names, key=len, reverse=True):
        text, times = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)
        found |= {names[name]} if times else set()
    if UNDECIDED & set(re.findall(r"[\w']+", text)):
        raise ValueError("more than a choice")
    return found


# --- What a reader sees --------------------------------------------------------------------------


def check(
    answer: Any,
    expected: Any,
    hint: Any = "",
    label: str = "",
    *,
    also: Any = (),
    choices: Sequence[str] = (),
    ordered: bool = True,
    rtol: float = RELATIVE,
    typed: bool = True,
) -> None:
    """Print whether a reader's answer to an exercise is right; ``...`` is no answer yet.

    Each way to write a right answer passes: ``1/2``, ``0.5``, ``"50 %"``; ``"C and A"``, ``"AC"``,
    ``{"A", "C"}``; ``True``, ``"Yes."``; a list, a tuple, an array, a tensor. Whole numbers are
    compared exactly, other numbers relative to the size of each. NaN and infinity are never right.

    While the book is built an unanswered check puts a question on the page instead, which the
    reader answers there, judged in the same way. A function, and more than 20 numbers, are asked
    for in the notebook only.

    Parameters
    ----------
    answer : object
        What the reader gave.
    expected : number, bool, str, array_like, set, dict or callable
        A list or array fixes the shape; a set has no order, and how many it holds is part of the
        question. A bool is asked for as yes or no. A dict of labels asks for a list with a part
        for each. A function of the answer returns whether it is right, or in words what is wrong.
    hint : str or dict
        What to say of a wrong answer; for a dict of parts, one for all or one for each.
    label : str
        Stands before the verdict, where a cell has several.
    also : list or dict
        Further answers that are right; for a dict of parts, a list for each that has some.
    choices : sequence of str
        What can be chosen from, where `expected` is one of them or a set of them.
    ordered : bool
        Whether the order of a list counts.
    rtol : float
        Relative error allowed in a number that is not whole; by default, three digits will do.
    typed : bool
        Whether a reader of the page can know the answer without running the notebook.

    Raises
    ------
    TypeError, ValueError
        When `expected` is not finite, or not of one of these kinds.

    Examples
    --------
    >>> check(..., 4)
    not answered yet
    >>> check(5, 4, hint="count the windows")
    not yet: count the windows
    >>> check("2 + 2", 4)
    right
    >>> check([24, 1], {"a": 24, "b": 0}, "span first")
    a: right
    b: not yet: span first
    >>> check("C and A", {"A", "C"}, choices="ABCD")
    right
    >>> check([2, 3], lambda pair: "must be even" if sum(pair) % 2 else "")
    not yet: must be even
    """
    parts = isinstance(expected, Mapping)
    if unanswered(answer, all if parts else any):
        if is_static():
            asked = fields(expected, hint, label, also, choices, ordered, rtol) if typed else []
            show(form(asked) if asked and all(map(typable, asked)) else note(label))
        else:
            print(f"{prefix(label)}not answered yet")
    elif parts:
        options = {"choices": choices, "ordered": ordered, "rtol": rtol, "typed": typed}
        check_parts(answer, expected, hint, also, options)
    elif callable(expected):
        tell(label, judged_by(expected, answer), hint)
    else:
        tell(label, judge(answer, question(expected, also, choices, ordered, rtol)), hint)


def unanswered(answer: Any, many: Callable[[Any], bool]) -> bool:
    """Tell whether an answer is ``...``, or a list in which any or all are."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if isinstance(answer, list | tuple) and answer:
        return many(part is ... for part in answer)
    return answer is ...


def check_parts(
    answer: Any, expected: Mapping[str, Any], hint: Any, also: Any, options: dict[str, Any]
) -> None:
    """Check each part of an answer on its own."""
    if not isinstance(answer, Mapping):
        try:
            answer = dict(zip(expected, answer, strict=True))
        except (TypeError, ValueError):
            tell("", f"give a list of {counted(len(expected), 'answer')}")
            return
    for name, right in expected.items():
        check(answer.get(name, ...), right, of(hint, name), name, also=of(also, name), **options)


def of(whole: Any, part: str) -> Any:
    """Return what belongs to a part: its own entry in a dict, or what is there for all."""
    return whole.get(part, ()) if isinstance(whole, Mapping) else whole


def judged_by(function: Callable[[Any], Any], answer: Any) -> str | None:
    """Return what a function of the answer finds wrong with it, None for nothing."""
    try:
        found = function(answer)
    except Exception as error:  # whatever the reader's own code raises
        return f"{type(error).__name__}: {first_line(error)}"
    if isinstance(found, str):
        return found or None
    return None if found else ""


def prefix(label: str) -> str:
    """Return what stands before a verdict."""
    return f"{label}: " if label else ""


def tell(label: str, problem: str | None, hint: str = "") -> None:
    """Print a verdict."""
    said = "right" if problem is None else ": ".join(filter(None, ("not yet", problem or hint)))
    print(f"{prefix(label)}{said}")


# --- On a page -----------------------------------------------------------------------------------


def fields(expected: Any, hint: Any, label: str, also: Any, *options: Any) -> list[dict[str, Any]]:
    """Return each question that a check asks, as its page's script reads it."""
    if callable(expected):
        return []
    parts = expected if isinstance(expected, Mapping) else {label: expected}
    return [
        field(question(right, of(also, name), *options), name, of(hint, name))
        for name, right in parts.items()
    ]


def field(asked: Question, label: str = "", hint: str = "", shown: str = "") -> dict[str, Any]:
    """Return a question as its page's script reads it; `shown` is the answer in words."""
    said = {"label": label, "hint": hint or "", "wanted": wanted(asked), "shown": shown}
    return vars(asked) | {text: words for text, words in said.items() if words}


def typable(asked: Mapping[str, Any]) -> bool:
    """Tell whether a reader can be asked to type the answer to a question."""
    return len(asked["shape"]) <= 2 and len(asked["right"][0]) <= TYPED


def form(asked: list[dict[str, Any]], **more: Any) -> str:
    """Return questions as an element that the page's script makes a form of."""
    data = json.dumps({"fields": asked, **more}, separators=(",", ":"))
    key = more.get("key") or f"{zlib.crc32(data.encode()):x}"
    inside = "" if more else f"<noscript>{note()}</noscript>"
    return f'<ask-question data-key="{key}" data-ask="{html.escape(data)}">{inside}</ask-question>'


def note(label: str = "") -> str:
    """Return what stands on a page where nothing can be answered."""
    opening = f"{label}: to" if label else "To"
    return f'<p class="ask-note">{html.escape(opening)} be answered in the notebook.</p>'


def show(source: str) -> None:
    """Put HTML out of a cell."""
    from IPython.display import HTML, display  # convkit does not need IPython otherwise

    display(HTML(source))  # type: ignore[no-untyped-call]
