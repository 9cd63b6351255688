"""What a reader's line has to carry, counted as a host with gzip sends it."""

from functools import cache

import pytest

from sent import weight

FIRST_VISIT = 1_500_000
FURTHER_PAGE = 400_000


@pytest.fixture(scope="session")
def loaded(visit_page):
    """The files of the site that a first visit to a page asks for."""

    @cache
    def loaded(name):
        with visit_page(name) as visit:
            found = {visit.site.file(url) for url in visit.requests}
        return {file for file in found if file and file.is_file()}

    return loaded


def heaviest(files):
    return ", ".join(f"{f.name} {weight(f):,}" for f in sorted(files, key=weight)[:-6:-1])


def test_first_visit_is_light(chapter, loaded):
    total = sum(map(weight, loaded(chapter)))
    assert total <= FIRST_VISIT, f"{chapter}: {total:,} bytes at first: {heaviest(loaded(chapter))}"


def test_a_further_page_is_light(page_name, pages, loaded):
    before = next(name for name in pages[1:] if name != page_name)
    more = loaded(page_name) - loaded(before)
    total = sum(map(weight, more))
    assert total <= FURTHER_PAGE, f"{page_name}: {total:,} bytes more: {heaviest(more)}"
