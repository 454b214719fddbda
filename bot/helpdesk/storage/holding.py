"""SQL for how long a request took its helpers, whoever they were and however often it changed hands."""

#: Seconds that ``r``, a closed row of help_request, was in somebody's hands; null while it is open. A request
#: without history (of before there was one) counts from its claim.
HELD_SECONDS = """
    CASE WHEN r.closed_at IS NOT NULL THEN CAST(coalesce((
        SELECT sum(extract(epoch FROM turn.until - turn.at)) FROM (
            SELECT e.event, e.at, lead(e.at) OVER (ORDER BY e.id) AS until FROM help_request_event e
            WHERE e.help_request_id = r.id AND e.event IN ('claimed', 'transferred', 'reassigned',
                'taken_over', 'handed_over', 'released', 'redirected', 'closed')
        ) turn WHERE turn.event NOT IN ('released', 'redirected', 'closed')
    ), extract(epoch FROM r.closed_at - r.claimed_at)) AS double precision) END
"""
