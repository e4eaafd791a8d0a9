"""What stands of a head on paper: its digits, and a square code of them."""

from __future__ import annotations

from typing import Any

from amparo.audit.rules.heads import Head

GROUPS, DIGITS = 4, 4


def digits_of(head: Head) -> list[str]:
    """Give the 64 digits of the root as they are printed: four lines of four groups."""
    groups = [head.root[at : at + DIGITS] for at in range(0, len(head.root), DIGITS)]
    return [" ".join(groups[at : at + GROUPS]) for at in range(0, len(groups), GROUPS)]


def code_of(head: Head) -> str:
    """Give what the square code holds: the file that `--anchor` reads."""
    return f"{head.size} {head.root}"


def square_of(head: Head) -> Any:
    """Make the square code."""
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    square = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    square.add_data(code_of(head))
    return square


def square_path(head: Head) -> tuple[int, str]:
    """Give how wide the square code is, and the path of its dark fields, for an SVG in a page."""
    matrix = square_of(head).get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark)
    return len(matrix), "".join(dark)
