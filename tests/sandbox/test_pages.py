"""Walking a long list: in steps of SQLite's machine, which are the same on every computer."""

import pytest

from clerkform.sandbox import Store


def fill(store, count, first=0):
    with store.transaction(write=True):
        for n in range(first, first + count):
            store.insert("things", {"id": str(n)}, created_at=n // 300)


def ids(store, **how):
    return [int(thing["id"]) for thing in store.select("things", **how)]


@pytest.mark.parametrize("descending", [True, False])
def test_pages_are_those_of_the_whole_list(descending):
    store = Store()
    fill(store, 1000)
    whole = ids(store, descending=descending)
    for limit in (7, 100, 300, 999):
        walked = []
        for offset in range(0, 1000, limit):
            walked += ids(store, descending=descending, limit=limit, offset=offset)
        assert walked == whole
    assert ids(store, descending=descending, limit=5, offset=500) == whole[500:505]


def test_a_page_is_where_it_is_after_a_write():
    store = Store()
    fill(store, 100)
    assert ids(store, limit=10) == list(range(99, 89, -1))
    fill(store, 1, first=100)
    assert ids(store, limit=10, offset=10) == list(range(90, 80, -1))
    with store.transaction(write=True):
        store.delete("things", "95")
    assert ids(store, limit=10, offset=10) == list(range(89, 79, -1))
    assert store.count("things") == 100


def test_a_page_and_a_count_are_right_after_a_write_that_failed():
    store = Store()
    fill(store, 30)

    def fail():
        with store.transaction(write=True):
            store.insert("things", {"id": "x"}, created_at=99)
            assert store.count("things") == 31
            assert ids(store, limit=10, offset=10, descending=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.count("things") == 30
    assert ids(store, limit=10, offset=10) == list(range(19, 9, -1))


def test_a_write_by_another_process_is_noticed(tmp_path):
    path = tmp_path / "state.db"
    one, other = Store(path), Store(path)
    fill(one, 30)
    assert ids(one, limit=10) == list(range(29, 19, -1))
    assert one.count("things") == 30
    fill(other, 1, first=30)
    assert ids(one, limit=10, offset=10) == list(range(20, 10, -1))
    assert one.count("things") == 31
    one.close()
    other.close()


def test_a_walk_takes_time_in_proportion_to_the_list():
    def steps(count):
        store = Store()
        fill(store, count)
        counted = []
        store.database._db.set_progress_handler(lambda: counted.append(1) and None, 10)
        for offset in range(0, count, 100):
            assert len(ids(store, limit=100, offset=offset)) == 100
            assert store.count("things") == count
        return len(counted)

    assert steps(8000) < 2.2 * steps(4000)
