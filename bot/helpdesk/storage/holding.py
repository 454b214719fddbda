"""SQL for where a request was while it was open: in whose hands ever, ringing somewhere, or in the queue."""

_ENDINGS = "'released', 'redirected', 'closed'"
_TURNS = f"""
    SELECT e.event, e.at, lead(e.at) OVER (ORDER BY e.id) AS until FROM help_request_event e
    WHERE e.help_request_id = r.id AND e.event IN ('claimed', 'transferred', 'reassigned',
        'taken_over', 'handed_over', {_ENDINGS})
"""

#: Seconds that ``r``, a closed row of help_request, was in somebody's hands, whoever they were and however
#: often it changed them; null while it is open. A request without history (of before there was one) counts
#: from its claim.
HELD_SECONDS = f"""
    CASE WHEN r.closed_at IS NOT NULL THEN CAST(coalesce((
        SELECT sum(extract(epoch FROM turn.until - turn.at)) FROM ({_TURNS}) turn
        WHERE turn.event NOT IN ({_ENDINGS})
    ), extract(epoch FROM r.closed_at - r.claimed_at)) AS double precision) END
"""

#: Seconds between the first offer and the first answer of ``r`` in which it rang nowhere and was in nobody's
#: hands: who was offered it let it ring or gave it back, and it queued for a place after all. 0 without an
#: offer, or an answer.
REQUEUED_SECONDS = f"""
    CAST(coalesce((
        SELECT extract(epoch FROM sum(upper(gap) - lower(gap)))
        FROM unnest((
            SELECT tstzmultirange(tstzrange(min(o.offered_at), r.first_response_at)) FROM help_offer o
            WHERE o.help_request_id = r.id AND o.offered_at <= r.first_response_at
              AND o.offered_at >= coalesce(r.promised_from, r.requested_at)
            HAVING count(*) > 0
        ) - (
            SELECT range_agg(tstzrange(busy.at, busy.until)) FROM (
                SELECT o.offered_at AS at, o.ended_at AS until FROM help_offer o
                WHERE o.help_request_id = r.id
                UNION ALL SELECT turn.at, turn.until FROM ({_TURNS}) turn
                WHERE turn.event NOT IN ({_ENDINGS})
                UNION ALL SELECT r.claimed_at, NULL WHERE r.claimed_at IS NOT NULL
            ) busy WHERE busy.at <= coalesce(busy.until, busy.at)
        )) gap
    ), 0) AS double precision)
"""
