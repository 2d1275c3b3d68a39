"""上传材料 when files come wrong: each is told by its name and its reason, the good ones stay, and the way goes on."""

from django.core.files.uploadedfile import SimpleUploadedFile
from tests import personas
from tests.documents.hostile_uploads import HOSTILE_UPLOADS
from tests.hall import PNG, Roster, text_of

from hpf.kernel.clock import FixedClock


def test_every_hostile_file_of_one_upload_is_told_and_the_good_one_stays(centre: object, clock: FixedClock) -> None:
    personas.city()
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.save(1)
    roster.send("list/confirm/")
    roster.send("", {"declared": "1"})
    files = [SimpleUploadedFile("清册.png", PNG)]
    files += [SimpleUploadedFile(f"坏{n:02}.jpg", make()) for n, (_, make) in enumerate(HOSTILE_UPLOADS.values())]
    answer = roster.send("materials/upload/", {"material": "0", "files": files})
    words = text_of(answer)
    assert answer.status_code == 422
    for number, (reason, _) in enumerate(HOSTILE_UPLOADS.values()):
        told = words.partition(f"坏{number:02}.jpg")[2][:200]
        assert reason in told, (number, reason)
    assert "清册.png" in words
    assert roster.send("materials/").status_code == 302
