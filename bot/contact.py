"""How a visitor can be reached, as the visitor's and the staff's API both take it."""

from pydantic import Field

from bot.web import Body


class Contact(Body):
    """What is known of it; all may be missing."""

    name: str | None = Field(default=None, max_length=64)
    phone: str | None = Field(default=None, max_length=32)
    email: str | None = Field(default=None, max_length=200)
    when: str | None = Field(default=None, max_length=200)
