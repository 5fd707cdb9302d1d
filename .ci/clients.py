"""Real clients against a running mart: impyla, PyHive, pydruid, SQLAlchemy and Superset. Run by .ci/clients."""

import atexit
import contextlib
import datetime
import decimal
import io
import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import zipfile

import requests
import sqlalchemy
import yaml
from impala import dbapi as impyla
from impala.error import HiveServer2Error, OperationalError
from pydruid import db as pydruid
from pyhive import exc as pyhive_errors
from pyhive import hive as pyhive

ROOT = pathlib.Path(__file__).resolve().parent.parent
POLDER = shlex.split(os.environ.get("POLDER", str(ROOT / "polder")))
BIN = pathlib.Path(sys.executable).parent
MINUTES = 120
READINGS = 4 * MINUTES
MILLION = 1_000_000
TEXT = "it's \\ \"1\" % {x} \n é 🚗 ; -- /*"
# Runs for hours when nobody stops it, and gives one row.
ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3"

MART = """
mart: trial
feeds:
  traffic:
    http: true
    format: json
    key: [uid]
    fields:
      - {name: uid, type: bigint}
      - {name: time, type: timestamp}
      - {name: speed, type: double}
      - {name: vehicles, type: integer}
      - {name: name}
      - {name: day, type: date}
      - {name: valid, type: boolean}
      - {name: lat, type: double}
      - {name: lon, type: double}
  points:
    http: true
    format: json
    key: [uid]
    fields: [{name: uid, type: bigint}, {name: road}, {name: since, type: timestamp}]
  stock:
    sql: true
    format: json
    key: [article]
    fields: [{name: article, type: bigint}, {name: name}, {name: amount, type: integer}]
tables:
  points: {from: points, key: [uid, since], time: since}
  traffic:
    from: traffic
    key: [uid, time]
    time: time
    select: >
      SELECT e.*, p.road FROM event e ASOF LEFT JOIN points p ON p.uid = e.uid AND p.since <= e.time
  stock: {from: stock, key: [article]}
views:
  roads_now: "SELECT road, count(*) AS readings, avg(speed) AS speed, max(time) AS time FROM traffic GROUP BY road"
  numbers: "SELECT range AS n, CASE WHEN range % 3 = 0 THEN NULL ELSE range END AS gap FROM range(1000000000)"
maps:
  live:
    table: traffic
    position: [lat, lon]
    colour: speed
    unit: km/h
    label: name
    intensity: vehicles
    details: [road, valid]
"""

VALUES = [
    "it's",
    "a\\b",
    'd"q',
    "\\' OR 1=1 -- ",
    "\\\\'",
    "'",
    "%s",
    "é 🚗",
    "a\nb\tc",
    "x;y",
    "-- c",
    "/* c",
    "`b`",
    "",
    1,
    2.5,
    None,
]


class Mart:
    """A mart that runs in a folder of its own, and what it was told."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        (folder / "polder.yaml").write_text(MART, encoding="utf-8")
        ports = ["web.port=0", "hive.port=0", "druid.port=0", "log.port=0"]
        command = POLDER + ["up", str(folder), "--home", str(self.home)]
        command += [word for port in ports for word in ("--set", port)]
        self.log = open(folder / "mart.log", "wb")
        self.process = begin(command, self.log)
        self.running = wait("the mart", self._running)
        self.ports = self.running["ports"]
        self.url = self.running["url"].rstrip("/")
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0, tzinfo=None)
        roads = ["E40", "E17", None, None]
        self.push("points", [dict(uid=uid, road=roads[uid - 1], since="2020-01-01T00:00:00Z") for uid in (1, 2)])
        wait("the points", lambda: self.ask("SELECT count(*) FROM points") == [[2]])
        self.push("traffic", [self.reading(uid, minute) for minute in range(MINUTES) for uid in (1, 2, 3, 4)])
        wait("the readings", lambda: self.ask("SELECT count(*) FROM traffic") == [[READINGS]])

    def _running(self):
        if self.process.poll() is not None:
            raise AssertionError("The mart ended: " + (self.folder / "mart.log").read_text(errors="replace")[-2000:])
        file = self.home / "polder.json"
        return json.loads(file.read_text()) if file.exists() else None

    def reading(self, uid, minute):
        at = self.now - datetime.timedelta(minutes=minute)
        return dict(
            uid=uid,
            time=at.isoformat() + "Z",
            speed=None if uid == 4 else 60 + 10 * uid + 0.5,
            vehicles=minute % 9,
            name=TEXT if uid == 1 else f"point {uid}",
            day=at.date().isoformat(),
            valid=minute % 2 == 0,
            lat=51 + uid / 10,
            lon=4.0,
        )

    def push(self, feed, events):
        self.post(f"/api/feeds/{feed}/events", events)

    def ask(self, sql):
        return self.post("/api/sql", dict(sql=sql))["rows"]

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def queries(self):
        with urllib.request.urlopen(self.url + "/api/queries", timeout=30) as answer:
            return json.load(answer)["queries"]

    def stop(self):
        end(self.process)
        self.log.close()


def wait(what, look, seconds=120):
    """Looks until there is something; a launcher may have to build first."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not there after {seconds} s")


def begin(command, log, **how):
    process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **how)
    processes.append(process)
    return process


def end(process):
    """Ends a process of ours with all that it started."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def give_up(*_):
    """Leaves nothing behind when the time is over."""
    for process in processes:
        end(process)
    shutil.rmtree(folder, True)
    os._exit(124)


processes = []
signal.signal(signal.SIGTERM, give_up)
mart = None
folder = pathlib.Path(tempfile.mkdtemp(prefix="polder-clients-"))
atexit.register(shutil.rmtree, folder, True)


def setUpModule():
    global mart
    (folder / "mart").mkdir()
    mart = Mart(folder / "mart")
    unittest.addModuleCleanup(mart.stop)


def rows(cursor, sql, *parameters):
    cursor.execute(sql, *parameters)
    return cursor.fetchall()


class ImpylaTest(unittest.TestCase):
    def connect(self, **how):
        connection = impyla.connect(host="127.0.0.1", port=mart.ports["hive"], **how)
        self.addCleanup(connection.close)
        return connection

    def cursor(self, **how):
        return self.connect(**how).cursor()

    def test_every_way_to_connect_shares_the_port(self):
        for how in [{}, dict(auth_mechanism="PLAIN", user="a", password="b"), dict(auth_mechanism="LDAP", user="a", password="b")]:
            self.assertEqual(rows(self.cursor(**how), "SELECT count(*) FROM traffic"), [(READINGS,)])

    def test_what_there_is_can_be_listed_and_described(self):
        cursor = self.cursor()
        cursor.get_databases()
        self.assertEqual([row[0] for row in cursor.fetchall()], ["default"])
        cursor.get_tables(database_name="default")
        self.assertLessEqual({"traffic", "numbers"}, {row[2] for row in cursor.fetchall()})
        self.assertIn(("speed", "DOUBLE"), cursor.get_table_schema("traffic"))
        self.assertTrue(cursor.table_exists("traffic"))
        self.assertFalse(cursor.table_exists("nothing"))
        self.assertIn(("name", "string", ""), rows(cursor, "DESCRIBE traffic"))
        self.assertIn(("traffic",), rows(cursor, "SHOW TABLES IN `default`"))
        cursor.get_functions()
        self.assertIn("from_unixtime", {row[2] for row in cursor.fetchall()})
        self.assertTrue(cursor.ping())

    def test_types_and_nulls_arrive_as_they_are(self):
        cursor = self.cursor()
        found = rows(
            cursor,
            "SELECT cast(1 AS TINYINT), cast(2 AS SMALLINT), cast(3 AS INT), cast(4 AS BIGINT), cast(1.5 AS FLOAT),"
            " cast(2.5 AS DOUBLE), cast('1.250' AS DECIMAL(10,3)), cast('2020-01-02' AS DATE),"
            " cast('2020-01-02 03:04:05.123456' AS TIMESTAMP), true, NULL, 'x'",
        )
        self.assertEqual(
            found,
            [
                (1, 2, 3, 4, 1.5, 2.5, decimal.Decimal("1.250"), datetime.date(2020, 1, 2))
                + (datetime.datetime(2020, 1, 2, 3, 4, 5, 123456), True, None, "x")
            ],
        )
        types = [column[1] for column in cursor.description]
        self.assertEqual(types[:6], ["TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE"])
        self.assertEqual(types[6:10], ["DECIMAL", "DATE", "TIMESTAMP", "BOOLEAN"])
        last = rows(cursor, "SELECT uid, time, speed, name, day FROM traffic WHERE time = (SELECT max(time) FROM traffic) ORDER BY uid")
        self.assertEqual(last[0], (1, mart.now, 70.5, TEXT, mart.now.date()))
        self.assertIsNone(last[3][2])
        self.assertEqual(rows(cursor, "SELECT * FROM traffic WHERE uid < 0"), [])
        self.assertEqual(len(cursor.description), 10)

    def test_parameters_come_back_as_they_were_sent(self):
        cursor = self.cursor()
        for value in VALUES:
            with self.subTest(value=value):
                self.assertEqual(rows(cursor, "SELECT %s", [value]), [(value,)])
                self.assertEqual(rows(cursor, "SELECT %(v)s", dict(v=value)), [(value,)])

    def test_a_million_rows_arrive_once(self):
        cursor = self.cursor()
        cursor.execute(f"SELECT n, gap FROM numbers LIMIT {MILLION}")
        count = total = gaps = 0
        for row in cursor:
            count += 1
            total += row[0]
            gaps += row[1] is None
        self.assertEqual((count, gaps), (MILLION, (MILLION + 2) // 3))
        self.assertEqual(total, MILLION * (MILLION - 1) // 2)

    def test_a_result_larger_than_the_memory_of_the_mart_is_streamed(self):
        cursor = self.cursor()
        cursor.set_arraysize(50_000)
        wanted = 5 * MILLION
        cursor.execute(f"SELECT repeat('x', 200) AS x FROM numbers LIMIT {wanted}")
        count = 0
        while count < wanted:
            batch = cursor.fetchcbatch()
            if batch is None:
                break
            count += len(batch)
        self.assertEqual(count, wanted)

    def test_a_query_tells_how_far_it_is_and_can_be_cancelled(self):
        cursor = self.cursor()
        cursor.execute_async(ENDLESS)
        wait("the query", lambda: cursor.status() == "RUNNING_STATE")
        self.assertRegex(cursor.get_log(), r"^Query.*: [0-9]+%")
        cursor.cancel_operation()
        wait("the end of the query", lambda: not mart.queries())
        self.assertEqual(rows(cursor, "SELECT 1"), [(1,)])

    def test_a_query_ends_with_its_client(self):
        connection = impyla.connect(host="127.0.0.1", port=mart.ports["hive"])
        cursor = connection.cursor()
        cursor.execute_async(ENDLESS)
        wait("the query", mart.queries)
        connection.service.client._iprot.trans.close()
        wait("the end of the query", lambda: not mart.queries())

    def test_a_query_ends_after_its_time(self):
        with self.assertRaisesRegex((HiveServer2Error, OperationalError), "longer than it may"):
            self.cursor().execute(ENDLESS, configuration={"QUERY_TIMEOUT_S": "1"})

    def test_what_is_wrong_is_told_and_the_session_goes_on(self):
        cursor = self.cursor()
        with self.assertRaisesRegex(HiveServer2Error, "nope.*Fix: "):
            cursor.execute("SELECT nope FROM traffic")
        self.assertEqual(rows(cursor, "SELECT 1"), [(1,)])

    def test_options_stay_in_their_session(self):
        cursor = self.cursor()
        cursor.execute("SET timezone='Etc/GMT-1'")
        self.assertEqual(rows(cursor, "SELECT from_unixtime(0)"), [("1970-01-01 01:00:00",)])
        self.assertEqual(rows(self.cursor(), "SELECT from_unixtime(0)"), [("1970-01-01 00:00:00",)])

    def test_rows_that_are_written_are_read(self):
        cursor = self.cursor()
        cursor.executemany("UPSERT INTO stock (article, name, amount) VALUES (%s, %s, %s)", [(1, TEXT, 3), (2, "b\\", 4)])
        self.assertEqual(rows(cursor, "SELECT * FROM stock ORDER BY article"), [(1, TEXT, 3), (2, "b\\", 4)])
        cursor.execute("UPDATE stock SET amount = amount - 1 WHERE article = 1")
        self.assertEqual(cursor.rowcounts, (1, 0))


class PyHiveTest(unittest.TestCase):
    def connect(self, **how):
        connection = pyhive.connect("127.0.0.1", port=mart.ports["hive"], **how)
        self.addCleanup(connection.close)
        return connection

    def cursor(self):
        return self.connect(auth="NOSASL").cursor()

    def test_every_way_to_connect_shares_the_port(self):
        for how in [
            dict(auth="NOSASL"),
            dict(auth="NONE"),
            dict(auth="LDAP", username="a", password="b"),
            dict(auth="NONE", configuration={"query_timeout_s": "30", "hive.other": "x"}),
        ]:
            with self.subTest(how=how):
                self.assertEqual(rows(self.connect(**how).cursor(), "SELECT count(*) FROM traffic"), [(READINGS,)])

    def test_values_parameters_and_nulls(self):
        cursor = self.cursor()
        for value in VALUES:
            with self.subTest(value=value):
                self.assertEqual(rows(cursor, "SELECT %s", [value]), [(value,)])
        found = rows(cursor, "SELECT time, speed, valid FROM traffic WHERE uid = 4 ORDER BY time DESC LIMIT 1")
        self.assertEqual(found, [(mart.now, None, True)])

    def test_a_missing_table_is_told_as_hive_tells_it(self):
        with self.assertRaisesRegex(pyhive_errors.OperationalError, "SemanticException.*Table not found"):
            self.cursor().execute("DESCRIBE default.nothing")

    def test_a_query_can_be_cancelled(self):
        cursor = self.cursor()
        cursor.execute(ENDLESS, async_=True)
        wait("the query", mart.queries)
        self.assertTrue(cursor.fetch_logs())
        cursor.cancel()
        wait("the end of the query", lambda: not mart.queries())


class PydruidTest(unittest.TestCase):
    def cursor(self):
        connection = pydruid.connect("127.0.0.1", mart.ports["druid"], path="/druid/v2/sql/", scheme="http", header=True)
        self.addCleanup(connection.close)
        return connection.cursor()

    def test_values_and_nulls(self):
        cursor = self.cursor()
        cursor.execute("SELECT uid, \"time\", speed, name, valid FROM druid.traffic WHERE \"time\" = (SELECT max(__time) FROM traffic) ORDER BY uid")
        found = [tuple(row) for row in cursor.fetchall()]
        self.assertEqual(found[0], (1, mart.now.isoformat() + ".000Z", 70.5, TEXT, True))
        self.assertIsNone(found[3][2])
        cursor.execute("SELECT uid, name FROM traffic WHERE uid < 0")
        self.assertEqual(cursor.fetchall(), [])

    def test_parameters(self):
        cursor = self.cursor()
        for value in VALUES:
            if value is not None and not (isinstance(value, str) and "%" in value):
                with self.subTest(value=value):
                    cursor.execute("SELECT %(v)s AS v", dict(v=value))
                    self.assertEqual([row[0] for row in cursor.fetchall()], [value])

    def test_a_million_rows(self):
        cursor = self.cursor()
        cursor.execute(f"SELECT n FROM numbers LIMIT {MILLION}")
        self.assertEqual(sum(row[0] for row in cursor), MILLION * (MILLION - 1) // 2)

    def test_what_is_wrong_is_told(self):
        with self.assertRaisesRegex(pydruid.exceptions.ProgrammingError, "nope"):
            self.cursor().execute("SELECT nope FROM traffic").fetchall()

    def test_a_query_ends_after_its_time_or_when_it_is_cancelled(self):
        url = f"http://127.0.0.1:{mart.ports['druid']}/druid/v2/sql"
        late = requests.post(url, json=dict(query=ENDLESS, context=dict(timeout=500)), timeout=60)
        self.assertEqual((late.status_code, late.json()["error"]), (504, "Query timeout"))
        with subprocess.Popen(
            [sys.executable, "-c", "import requests, sys; print(requests.post(sys.argv[1], json=dict(query=sys.argv[2],"
             " context=dict(sqlQueryId='mine'))).json()['error'])", url, ENDLESS],
            stdout=subprocess.PIPE,
            text=True,
        ) as asking:
            wait("the cancelling", lambda: requests.delete(url + "/mine", timeout=30).status_code == 202)
            self.assertEqual(asking.communicate(timeout=60)[0].strip(), "Query cancelled")


class SqlAlchemyTest(unittest.TestCase):
    def test_every_dialect_reflects_and_selects(self):
        hive, druid = mart.ports["hive"], mart.ports["druid"]
        for url, schema, arguments in [
            (f"impala://127.0.0.1:{hive}/default", "default", {}),
            (f"hive://127.0.0.1:{hive}/default", "default", dict(auth="NOSASL")),
            (f"hive://a:b@127.0.0.1:{hive}/default?auth=LDAP", "default", {}),
            (f"druid://127.0.0.1:{druid}/druid/v2/sql/?header=true", "druid", {}),
        ]:
            with self.subTest(url=url):
                engine = sqlalchemy.create_engine(url, connect_args=arguments)
                inspector = sqlalchemy.inspect(engine)
                self.assertIn(schema, inspector.get_schema_names())
                self.assertIn("traffic", inspector.get_table_names(schema))
                types = {column["name"]: str(column["type"]) for column in inspector.get_columns("traffic", schema)}
                self.assertEqual((types["uid"], types["time"]), ("BIGINT", "TIMESTAMP"))
                table = sqlalchemy.Table(
                    "traffic", sqlalchemy.MetaData(), autoload_with=engine, schema=None if schema == "druid" else schema
                )
                count = sqlalchemy.func.count().label("n")
                query = sqlalchemy.select([table.c.uid, count]).where(table.c.name == "point 2").group_by(table.c.uid)
                with engine.connect() as connection:
                    self.assertEqual([tuple(row) for row in connection.execute(query)], [(2, MINUTES)])


class SupersetTest(unittest.TestCase):
    """The commands of docs/superset.md, and then what the page of a dashboard asks for."""

    @classmethod
    def setUpClass(cls):
        cls.home = folder / "superset"
        cls.home.mkdir()
        config = cls.home / "superset_config.py"
        config.write_text('SECRET_KEY = "for-this-run-alone-0123456789"\nDB_POLL_INTERVAL_SECONDS = {"impala": 0.1}\n')
        # Whatever this machine says about Superset is not for this one.
        cls.environment = {name: value for name, value in os.environ.items() if not name.startswith("SUPERSET")}
        cls.environment.update(FLASK_APP="superset", SUPERSET_HOME=str(cls.home), SUPERSET_CONFIG_PATH=str(config))
        cls.run_superset("db", "upgrade")
        cls.run_superset(
            "fab", "create-admin", "--username", "admin", "--password", "secret", "--firstname", "A", "--lastname", "B",
            "--email", "admin@example.org",
        )
        cls.run_superset("init")
        cls.bundle = folder / "trial.zip"
        subprocess.run(POLDER + ["export", "superset", mart.url, "--out", str(cls.bundle)], check=True, stdout=subprocess.DEVNULL)
        for _ in range(2):
            cls.run_superset("import-dashboards", "-p", str(cls.bundle), "-u", "admin")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = open(cls.home / "superset.log", "wb")
        cls.addClassCleanup(log.close)
        server = begin([str(BIN / "superset"), "run", "-p", str(port)], log, env=cls.environment, cwd=cls.home)
        cls.addClassCleanup(end, server)
        cls.url = f"http://127.0.0.1:{port}"

        def is_up():
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(cls.url + "/health", timeout=5).ok
            return False

        wait("Superset", is_up)
        cls.http = requests.Session()
        login = dict(username="admin", password="secret", provider="db")
        cls.http.headers["Authorization"] = "Bearer " + cls.call("POST", "/api/v1/security/login", login)["access_token"]
        cls.http.headers["X-CSRFToken"] = cls.call("GET", "/api/v1/security/csrf_token/")["result"]

    @classmethod
    def run_superset(cls, *arguments):
        done = subprocess.run(
            [str(BIN / "superset"), *arguments], env=cls.environment, cwd=cls.home, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=240, preexec_fn=lambda: os.nice(10),
        )
        # import-dashboards tells some failures only in words.
        if done.returncode or "Traceback" in done.stdout:
            raise AssertionError(f"superset {' '.join(arguments)}: {done.stdout[-3000:]}")

    @classmethod
    def call(cls, method, path, body=None):
        answer = cls.http.request(method, cls.url + path, json=body, headers={"Referer": cls.url}, timeout=120)
        if not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:2000]}")
        return answer.json()

    def test_every_chart_of_the_imported_dashboard_has_data(self):
        charts = self.call("GET", "/api/v1/dashboard/polder-trial/charts")["result"]
        with zipfile.ZipFile(self.bundle) as bundle:
            names = [name for name in bundle.namelist() if "/charts/" in name]
            titles = {yaml.safe_load(io.BytesIO(bundle.read(name)))["slice_name"] for name in names}
        self.assertEqual({chart["slice_name"] for chart in charts}, titles)
        found = {}
        for chart in charts:
            result = self.call("GET", f"/api/v1/chart/{chart['id']}/data/?force=true")["result"][0]
            self.assertIsNone(result["error"], chart["slice_name"])
            found[chart["slice_name"]] = result["data"]
        self.assertEqual(found["traffic: rows"], [{"count": READINGS}])
        self.assertEqual(len(found["traffic: mean speed, km/h"]), MINUTES)
        self.assertEqual({row["avg_speed"] for row in found["traffic: mean speed, km/h"]}, {80.5})
        self.assertEqual(
            sum(row["vehicles"] for row in found["traffic: vehicles by hour"]), 4 * sum(m % 9 for m in range(MINUTES))
        )
        roads = {row["road"]: row["count"] for row in found["traffic by road"]}
        self.assertEqual(roads, {"E40": MINUTES, "E17": MINUTES, None: 2 * MINUTES})
        self.assertEqual(len(found["roads_now"]), 3)

    def test_a_second_import_changed_what_the_first_made(self):
        for kind, wanted in [("dashboard", 1), ("database", 1), ("dataset", 5)]:
            self.assertEqual(self.call("GET", f"/api/v1/{kind}/")["count"], wanted, kind)

    def test_a_dataset_is_read_anew_from_the_mart(self):
        dataset = self.dataset("traffic")
        self.call("PUT", f"/api/v1/dataset/{dataset['id']}/refresh")
        columns = self.call("GET", f"/api/v1/dataset/{dataset['id']}")["result"]["columns"]
        types = {column["column_name"]: (column["type"], column["is_dttm"]) for column in columns}
        self.assertEqual(types["time"], ("TIMESTAMP", True))
        self.assertEqual(types["speed"][0], "DOUBLE")
        self.assertEqual(len(types), 10)

    def dataset(self, name):
        return next(each for each in self.call("GET", "/api/v1/dataset/")["result"] if each["table_name"] == name)

    def test_its_editor_lists_and_asks(self):
        database = self.call("GET", "/api/v1/database/")["result"][0]["id"]
        self.assertEqual(self.call("GET", f"/api/v1/database/{database}/schemas/")["result"], ["default"])
        tables = self.call("GET", f"/api/v1/database/{database}/tables/?q=(schema_name:default)")["result"]
        self.assertIn("traffic", {table["value"] for table in tables})
        answer = self.call(
            "POST", "/api/v1/sqllab/execute/",
            dict(database_id=database, schema="default", sql="SELECT n, 'it\\'s' AS t FROM numbers", queryLimit=3),
        )
        self.assertEqual(answer["data"], [dict(n=n, t="it's") for n in range(3)])

    def test_it_reaches_the_mart_as_a_druid_too(self):
        uri = f"druid://127.0.0.1:{mart.ports['druid']}/druid/v2/sql/?header=true"
        database = self.call("POST", "/api/v1/database/", dict(database_name="druid", sqlalchemy_uri=uri))["id"]
        self.addCleanup(self.call, "DELETE", f"/api/v1/database/{database}")
        # With SQLite below it, Superset takes a table's name once, whatever the database.
        definition = dict(database=database, schema="druid", table_name="druid_traffic", sql="SELECT * FROM druid.traffic")
        dataset = self.call("POST", "/api/v1/dataset/", definition)["id"]
        self.addCleanup(self.call, "DELETE", f"/api/v1/dataset/{dataset}")
        # Of a query, unlike of a table, Superset is not told by Druid's driver which of its columns are times.
        column = dict(column_name="time", type="TIMESTAMP", is_dttm=True)
        self.call("PUT", f"/api/v1/dataset/{dataset}?override_columns=true", dict(columns=[column]))
        for grain, wanted in [("PT1M", MINUTES), ("PT1H", 3), ("P1D", 2), ("P1Y", 2)]:
            axis = dict(columnType="BASE_AXIS", expressionType="SQL", label="time", sqlExpression="time", timeGrain=grain)
            query = dict(
                columns=[axis], metrics=[dict(expressionType="SQL", sqlExpression="COUNT(*)", label="n")],
                filters=[dict(col="time", op="TEMPORAL_RANGE", val="2020-01-01 : ")], granularity="time",
                extras=dict(time_grain_sqla=grain), row_limit=10_000,
            )
            result = self.call(
                "POST", "/api/v1/chart/data",
                dict(datasource=dict(id=dataset, type="table"), queries=[query], force=True, result_format="json", result_type="full"),
            )["result"][0]
            self.assertIsNone(result["error"])
            self.assertIn(len(result["data"]), range(1, wanted + 1))
            self.assertEqual(sum(row["n"] for row in result["data"]), READINGS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
