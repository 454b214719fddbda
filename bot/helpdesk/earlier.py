"""What else the same visitor came with before: for the helper, never for the visitor."""

from typing import Literal

from bot.helpdesk.database import Database
from bot.helpdesk.models import Conversation
from bot.helpdesk.storage import conversations
from bot.helpdesk.tokens import visitor_key

LIMIT = 20
KnownBy = Literal["key", "conversation"]


class EarlierConversations:
    """Finds them by the visitor's key, which is what their page or channel says of them: no proof."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: str) -> tuple[list[Conversation], KnownBy]:
        """Other conversations under the same key, newest first; none without a key. Raises ``NotFound``.

        A conversation that went on to a channel has that channel's key; what its page knew still counts.
        """
        async with self._database.transaction() as connection:
            this = await conversations.get(connection, conversation_id)
            keys = {this.visitor_key, visitor_key(this.profile)} - {None}
            if not keys:
                return [], "conversation"
            return await conversations.with_keys(connection, sorted(map(str, keys)), this.id, LIMIT), "key"
