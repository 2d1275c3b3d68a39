"""Numbers that the room gives out come from sequences; gaps are harmless, doubles are not."""

from django.db import connection

EMPLOYER = "parties_employer_no"
PERSON = "parties_person_no"


def take(sequence: str, count: int) -> list[int]:
    """The next `count` numbers of a sequence of this centre."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
