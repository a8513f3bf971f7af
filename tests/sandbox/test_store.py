import gc
import sqlite3
import threading
import weakref

import pytest

from clerkform.sandbox import SandboxError, Settings, Store, create_app, dump, reset, routes
from clerkform.sandbox.where import equals, path_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


def add(store, id, **more):
    with store.transaction(write=True):
        return store.insert("things", {"id": id, **more}, created_at=1)


def test_what_is_stored_is_there_when_the_file_is_opened_again(path):
    store = Store(path)
    assert path.stat().st_mode & 0o777 == 0o600
    create_app(store)
    add(store, "a", name="x")
    instance = store.select("instance")
    store.close()
    again = Store(path)
    create_app(again)
    assert again.get("things", "a") == {"id": "a", "name": "x"}
    assert again.select("instance") == instance
    assert again.count("domains") == 1
    again.close()


def test_a_failed_transaction_leaves_nothing(path):
    store = Store(path)
    add(store, "b")

    def add_both():
        with store.transaction(write=True):
            store.insert("things", {"id": "a"}, created_at=1)
            store.insert("things", {"id": "b"}, created_at=1)

    with pytest.raises(sqlite3.IntegrityError):
        add_both()
    assert store.get("things", "a") is None
    assert store.count("things") == 1
    store.close()


def test_the_clock_never_goes_back():
    times = iter([5, 3, 9])
    store = Store(clock=lambda: next(times))
    assert [store.now() for _ in range(3)] == [5, 5, 9]


def test_a_lookup_does_not_walk_the_whole_kind():
    """Steps of SQLite's machine, not seconds: they are the same on every computer."""
    store = Store()
    store.database.index(["slug"])
    with store.transaction(write=True):
        for n in range(2000):
            store.insert("things", {"id": str(n), "slug": f"s{n}"}, created_at=n)

    def steps(act):
        counted = []
        store.database._db.set_progress_handler(lambda: counted.append(1) and None, 10)
        act()
        store.database._db.set_progress_handler(None, 0)
        return len(counted)

    assert steps(lambda: store.find("things", "slug", "s3")) < 20
    assert steps(lambda: store.select("things", limit=10)) < 40
    assert steps(lambda: store.select("things", equals("slug", "s3"))) < 20
    assert steps(lambda: store.select("things", limit=10, by=path_of("slug"))) < 40
    skipping = steps(lambda: store.select("things", limit=10, offset=1900))
    assert skipping < 10 * 1900 / 10  # at most ten for each object that is skipped


def test_two_threads_never_create_the_same_thing_twice(path):
    made = []
    stores = [Store(path), Store(path)]

    def work(store):
        for n in range(50):
            with store.transaction(write=True):
                if store.find("things", "name", f"n{n}") is None:
                    body = {"id": f"{n}-{id(store)}", "name": f"n{n}"}
                    made.append(store.insert("things", body, created_at=n)["name"])

    threads = [threading.Thread(target=work, args=(s,)) for s in (*stores, *stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == sorted({f"n{n}" for n in range(50)})
    for store in stores:
        store.close()


def test_a_file_of_something_else_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(SandboxError, match="choose another file"):
        Store(path)
    assert path.read_bytes() == before
    path.write_text("no database at all, whatever its name may say")
    with pytest.raises(SandboxError, match="cannot be used"):
        Store(path)
    with pytest.raises(SandboxError, match="cannot be used"):
        Store(path.parent / "missing" / "state.db")


def test_the_state_of_the_other_environment_is_refused(path):
    store = Store(path)
    create_app(store, Settings(instance="production"))
    with pytest.raises(SandboxError, match="production instance"):
        create_app(store, Settings())
    store.close()


def test_a_dump_has_everything_as_the_api_answers_it_and_no_secret(open_api, path):
    api = open_api(path)
    template = api.make(
        "/jwt_templates",
        name="t",
        claims={},
        custom_signing_key=True,
        signing_algorithm="HS256",
        signing_key="a-secret-of-the-test",
    )
    key = api.make("/api_keys", name="key", subject=api.user(), seconds_until_expiration=1)
    dumped = dump(path)
    api.store.close()
    assert dumped.keys() == {*routes.kinds()} > {"instance", "users", "restrictions"}
    assert dumped["jwt_templates"] == [template]
    secret = key.pop("secret")
    assert dumped["api_keys"] == [{**key, "expired": True}]
    assert dumped["instance"]["object"] == "instance"
    assert secret not in str(dumped)
    assert "a-secret-of-the-test" not in str(dumped)


def test_a_reset_leaves_the_instance_and_its_primary_domain(path):
    store = Store(path)
    create_app(store)
    fresh = dump(path)
    with store.transaction(write=True):
        satellite = {"id": "dmn_x", "is_satellite": True}
        store.insert("domains", satellite, created_at=1)
        store.insert("users", {"id": "user_x"}, created_at=1)
    assert dump(path) != fresh
    reset(path)
    assert dump(path) == fresh
    store.close()


@pytest.mark.parametrize("act", [dump, reset])
def test_there_is_nothing_to_dump_or_reset_where_there_is_no_file(path, act):
    with pytest.raises(SandboxError, match="no sandbox state"):
        act(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "knobs",
    [{"instance": "staging"}, {"unentitled": frozenset({"sso"})}, {"rate_limit": (0, 10)},
     {"rate_limit": (10, float("inf"))}, {"rate_limit": (10, float("nan"))},
     {"latency": float("nan")}, {"read_lag": 10**13}],
)  # fmt: skip
def test_a_setting_that_means_nothing_is_refused(knobs):
    with pytest.raises(ValueError, match=next(iter(knobs))):
        Settings(**knobs)


def test_a_store_that_nobody_holds_is_gone():
    store = Store()
    held = weakref.ref(store.database)
    del store
    gc.collect()
    assert held() is None
