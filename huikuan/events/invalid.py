"""What is wrong with an event that somebody sent, said so that he can mend it."""

from huikuan.events.chinese import in_chinese


class InvalidFieldError(ValueError):
    """A field of an event is not as it must be.

    ``pointer`` is the JSON pointer of the field (empty: the whole), ``reason`` says what is wrong
    and what to send instead, without repeating what was sent.
    """

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"{pointer or '/'}: {reason}")
        self.pointer = pointer
        self.reason = reason

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese."""
        return in_chinese(self.reason)

    def under(self, prefix: str) -> "InvalidFieldError":
        """The same fault in a document that holds this one at ``prefix`` (``/data``)."""
        return InvalidFieldError(prefix + self.pointer, self.reason)
