"""Ask for what a case is opened, once a case and session."""


class PurposeMissing(Exception):
    """The case lies within reach, but nobody has said yet for what it is opened. Pages ask, programs send it."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__("Say for what the case is opened.")
