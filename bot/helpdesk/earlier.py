"""What else the same visitor came with before: for the helper, never for the visitor."""

from typing import Literal

from bot.helpdesk.database import Database
from bot.helpdesk.models import Conversation
from bot.helpdesk.storage import conversations

LIMIT = 20
KnownBy = Literal["key", "conversation"]


class EarlierConversations:
    """Finds them by the visitor's key, which is what their page or channel says of them: no proof."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: str) -> tuple[list[Conversation], KnownBy]:
        """Other conversations under the same key, newest first; none without a key. Raises ``NotFound``."""
        async with self._database.transaction() as connection:
            this = await conversations.get(connection, conversation_id)
            if this.visitor_key is None:
                return [], "conversation"
            return await conversations.with_key(connection, this.visitor_key, this.id, LIMIT), "key"
