"""How a broken variant is made of the product: a part that exists is exchanged, and nothing is added."""

from typing import Any

_EXCHANGED: list[tuple[object, str, Any]] = []


def put(owner: object, name: str, part: Any) -> Any:
    """Exchange a part and return the one that was there; raises AttributeError when there is none."""
    before = getattr(owner, name)
    _EXCHANGED.append((owner, name, before))
    setattr(owner, name, part)
    return before


def rewrite(module: object, name: str, old: str, new: str) -> None:
    """Change a statement; raises LookupError when it does not read as expected."""
    statement: str = getattr(module, name)
    if old not in statement:
        raise LookupError(f"{name} has no longer the words {old!r}; bring this variant up to date.")
    put(module, name, statement.replace(old, new))


def undo() -> None:
    """Put everything back as it was."""
    while _EXCHANGED:
        setattr(*_EXCHANGED.pop())
