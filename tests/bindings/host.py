"""A Python host: what the plugin tells it arrives, and a callback that raises is a status, not a yes."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "native-plugin" / "bindings" / "python"))
import backstay

library, config, params = sys.argv[1], *(backstay.json.loads(pathlib.Path(p).read_text()) for p in sys.argv[2:4])
plugin = backstay.Plugin(library)
assert plugin.build.startswith("backstay "), plugin.build
assert plugin.name(-13) == "BACKSTAY_E_LOCKED"

seen, held = set(), []


class Boom(Exception):
    pass


def raising():
    raise Boom("über the border")


with plugin.open(config, backstay.Host(jobs_running=raising)) as engine:
    try:
        engine.run(backstay.APPLY, **params)
        sys.exit("an apply whose host raises")
    except backstay.BackstayError as error:
        assert error.status == backstay.E_HOST, error
        assert isinstance(error.__cause__, Boom) and str(error.__cause__) == "über the border", error.__cause__


def note(what, answer=None):
    return lambda *_: seen.add(what) or answer


host = backstay.Host(jobs_running=note("jobs", []), enter=lambda op, _: held.append(op), leave=lambda op, _: held.clear(),
                     holder=lambda: held[0] if held else "", notify=note("notify"), verify=note("verify", {}), progress=note("progress"))
with plugin.open(config, host) as engine:
    report = engine.run(backstay.APPLY, **params)
    assert report["end"] == "DONE", report
    assert seen == {"jobs", "notify", "verify", "progress"} and not held, (seen, held)
    assert engine.query("backups")["backups"][0]["backup_id"] == report["backup_id"]
try:
    plugin.open({"database": 7})
    sys.exit("a bad configuration")
except backstay.BackstayError as error:
    assert error.code == "BACKSTAY_E_ARG" and error.document["schema"] == "backstay.problem/1", error
print("ok")
