"""What can be wrong with something WeChat, or somebody in its name, sends."""


class Refused(Exception):
    """A webhook call that is not answered; ``code`` is one of ``bot.errors.STATUS``. Quotes no input."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
