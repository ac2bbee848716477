"""`bio.fetch` against a server on this machine: whole files, resumed ones, spoilt ones, missing ones, no server."""
import gzip
import hashlib
import http.server
import io
import os
import tarfile
import threading
import zipfile

import pytest

from tinygrad_bio import bio
from tinygrad_bio.bio.download import _is_whole, _sha256

CONTENT = bytes(range(256)) * 2000  # half a megabyte


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.files`; understands ranges if `server.ranges`; hangs up after `server.cut` bytes, as often as `server.cuts`."""

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers.get("Range")))
        if self.path not in server.files:
            return self.send_error(404)
        data, start = server.files[self.path], 0
        if self.headers.get("Range") and server.ranges:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if server.cuts:
            server.cuts -= 1
            return self.wfile.write(data[start:start + server.cut])
        self.wfile.write(data[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.files, httpd.asked, httpd.ranges, httpd.cuts, httpd.cut = {"/a.bin": CONTENT}, [], True, 0, 0
    httpd.address = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def source(server, path="a.bin", where="/a.bin", sum_=sha(CONTENT)):
    return bio.Source("test", "a test", "none", {path: (server.address + where, sum_)})


def test_a_file_comes_once_and_is_checked(server, tmp_path):
    for _ in range(2):
        folder = bio.fetch(source(server, "sub/a.bin"), tmp_path, progress=False)
    assert folder == tmp_path and (tmp_path / "sub" / "a.bin").read_bytes() == CONTENT
    assert len(server.asked) == 1 and os.listdir(tmp_path / "sub") == ["a.bin"]
    (tmp_path / "sub" / "a.bin").write_bytes(b"spoilt")  # by whatever: noticed, and mended
    bio.fetch(source(server, "sub/a.bin"), tmp_path)
    assert (tmp_path / "sub" / "a.bin").read_bytes() == CONTENT and len(server.asked) == 2


def test_a_packed_copy_counts(server, tmp_path):
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(CONTENT))
    bio.fetch(source(server), tmp_path)
    assert not server.asked
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(CONTENT)[:-20])
    bio.fetch(source(server), tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_the_cache_is_where_the_variable_says(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGRAD_BIO_DATA", str(tmp_path))
    assert bio.fetch(source(server)) == tmp_path / "test" and (tmp_path / "test" / "a.bin").exists()
    monkeypatch.delenv("TINYGRAD_BIO_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert bio.data_home() == tmp_path / ".cache" / "tinygrad_bio"


def test_a_cut_connection_goes_on(server, tmp_path):
    server.cuts, server.cut = 2, 100_000
    bio.fetch(source(server), tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=200000-"]


def test_an_earlier_part_is_resumed(server, tmp_path):
    server.cuts, server.cut = 3, 1000
    with pytest.raises(bio.FetchError, match="ended early 3 times. What has arrived is kept"):
        bio.fetch(source(server), tmp_path)
    assert (tmp_path / "a.bin.part").stat().st_size == 3000 and not (tmp_path / "a.bin").exists()
    bio.fetch(source(server), tmp_path)
    assert server.asked[-1][1] == "bytes=3000-" and (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(CONTENT[:5000])
    server.ranges = False
    bio.fetch(source(server), tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"x" * 5000, b"x" * (len(CONTENT) + 5), CONTENT])
def test_a_part_of_something_else_is_thrown_away(server, tmp_path, part):
    (tmp_path / "a.bin.part").write_bytes(part)
    bio.fetch(source(server), tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT and os.listdir(tmp_path) == ["a.bin"]


def test_a_wrong_sum_is_refused_and_nothing_is_left(server, tmp_path):
    with pytest.raises(bio.FetchError, match=f"sum {sha(CONTENT)}, expected 0000.*It was deleted"):
        bio.fetch(source(server, sum_="0" * 64), tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_missing_file_says_where_to_put_it(server, tmp_path):
    with pytest.raises(bio.FetchError, match="/gone.bin: the server says 404 Not Found.*put it at .*a.bin"):
        bio.fetch(source(server, where="/gone.bin"), tmp_path)
    assert len(server.asked) == 1  # asking again would not help


def test_without_a_network_it_says_what_to_do(server, tmp_path):
    there = source(server)
    server.server_close()  # nobody listens any more
    with pytest.raises(bio.FetchError, match="no answer .*Is there a network connection.*without --data, on simulated data"):
        bio.fetch(there, tmp_path)


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize("pack, ending", [(zipped, "zip"), (tarred, "tgz")])
def test_archives_are_unpacked(server, tmp_path, pack, ending):
    server.files[f"/x.{ending}"] = pack({"deep/one.txt": b"1", "../../two.txt": b"2", "__MACOSX/._one.txt": b"0"})
    at = f"{server.address}/x.{ending}#"
    data = bio.Source("t", "", "", {"one.txt": (at + "one.txt", sha(b"1")), "b/two.txt": (at + "two.txt", None)})
    folder = tmp_path / "in"
    bio.fetch(data, folder)
    assert (folder / "one.txt").read_bytes() == b"1" and (folder / "b" / "two.txt").read_bytes() == b"2"
    assert len(server.asked) == 1 and sorted(os.listdir(folder)) == ["b", "one.txt"] and os.listdir(tmp_path) == ["in"]
    broken = bio.Source("t", "", "", {"three.txt": (at + "three.txt", None)})
    with pytest.raises(bio.FetchError, match="found no three.txt in it"):
        bio.fetch(broken, folder)
    server.files[f"/x.{ending}"] = b"<html>please log in</html>"
    (folder / f"x.{ending}.part").unlink(missing_ok=True)
    with pytest.raises(bio.FetchError, match="no whole archive"):
        bio.fetch(broken, folder)
    with pytest.raises(bio.FetchError, match=f"x.{ending}#one.txt: found a file with the SHA-256"):
        server.files[f"/x.{ending}"] = pack({"one.txt": b"other"})
        (folder / "one.txt").unlink()
        bio.fetch(data, folder)


def test_a_page_instead_of_a_packed_file(server, tmp_path):
    server.files["/a.gz"] = b"<html>please log in</html>"
    with pytest.raises(bio.FetchError, match="damaged gzip data"):
        bio.fetch(source(server, "a.gz", "/a.gz", None), tmp_path)
    assert os.listdir(tmp_path) == []


def test_unknown_names():
    with pytest.raises(ValueError, match="did you mean 'esol'"):
        bio.fetch("esoll")
    with pytest.raises(ValueError, match="expected one of dna_enhancers, "):
        bio.fetch("zzz")


def test_the_published_files_have_the_sums_in_the_table(shared_data):
    """What was read and counted is what will be fetched."""
    without = []
    for name, source_ in bio.SOURCES.items():
        assert source_.about and source_.licence
        for path, (url, sum_) in source_.files.items():
            assert url.startswith("https://"), url
            if sum_ is None:
                without.append(path)
            else:
                assert _is_whole(shared_data / name / path, sum_), path
    assert without == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
    assert _sha256(shared_data / "dna_splice" / "splice.data") == bio.SOURCES["dna_splice"].files["splice.data"][1]


def test_data_that_are_there_are_not_fetched(shared_data, monkeypatch):
    monkeypatch.setenv("TINYGRAD_BIO_DATA", str(shared_data))
    for name in bio.SOURCES:
        if name != "mnist":
            assert bio.fetch(name) == shared_data / name
