"""The pages in the system's Chromium: what only a browser can tell."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from contracts.content import Field
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.api.app import create_app
from tests.dashboard.conftest import NAME, PASSWORD
from tests.dashboard.country import Country
from tests.services import absent

pytestmark = pytest.mark.browser

LONG = "Panjang" * 1_500
SCRIPT = "<script>document.title='taken over'</script>"


@pytest.fixture(scope="module")
def complaint(country: Country) -> str:
    """The tracking id of a complaint that was made to break the page."""
    country.agency("35.02", "Kabupaten " + "Wanasari" * 8)
    origin = country.connection("wanasari-yang-namanya-panjang-sekali-dan-tidak-putus", "35.02", pull_error="E" * 400, pulled_at=None)
    country.connection("tirtamulya", "12.04", pulled_at=None)
    country.complaints(3, Status.CLOSED, days=3, origin=origin, content={Field.PLACE_CODE: "35.02"})
    content = {Field.TITLE: SCRIPT + LONG, Field.DESCRIPTION: "\u202e" + LONG, Field.PLACE_CODE: "35.02"}
    row = country.complaint(Status.ASSIGNED, days=1, origin=origin, content=content)
    said = {"response": "r", "text": SCRIPT + LONG, "visibility": "internal"}
    country.entry(row, Kind.RESPONDED, "written_there", connection_id=origin, new=said)
    return row.tracking_id


@pytest.fixture(scope="module")
def address(country: Country) -> Iterator[str]:
    """Where the pages are served."""
    server = make_server("127.0.0.1", 0, create_app(country.hub), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """The system's Chromium without a window; nothing is downloaded."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(programs):
        absent("there is no chromium with its chromedriver on this machine")
    options = ChromeOptions()
    options.binary_location = str(programs[0])
    # In a container nobody but root is there, and /dev/shm is small.
    for switch in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(str(programs[1])))
    yield browser
    browser.quit()


@pytest.fixture
def monitor(browser: Chrome, address: str, complaint: str) -> Iterator[Chrome]:
    """A browser in which somebody has just logged in by the form; it must have complained of nothing and called nobody else."""
    _logs(browser)
    wide(browser, 1440)
    browser.delete_all_cookies()
    browser.get(address + "/")
    assert urlsplit(browser.current_url).path == "/login"
    browser.find_element(By.NAME, "name").send_keys(NAME)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    follow(browser, browser.find_element(By.CSS_SELECTOR, "main button"))
    yield browser
    complaints, hosts = _logs(browser)
    assert complaints == []
    assert hosts == {urlsplit(address).netloc}


def follow(browser: Chrome, link: WebElement) -> None:
    """Click, and wait for the page that it leads to: the driver does not always."""
    page, wait = browser.find_element(By.TAG_NAME, "html"), WebDriverWait(browser, 20)
    link.click()
    wait.until(staleness_of(page))
    wait.until(lambda here: here.execute_script("return document.readyState") == "complete")


def wide(browser: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _logs(browser: Chrome) -> tuple[list[str], set[str]]:
    complaints = [entry["message"] for entry in _log(browser, "browser")]
    messages = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    sent = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return complaints, {urlsplit(url).netloc for url in sent if urlsplit(url).scheme in ("http", "https", "ws", "wss")}


def _log(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return found


def overflow(browser: Chrome) -> int:
    """Return by how many pixels the page is wider than the window."""
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(browser.execute_script(wider))


def test_from_the_login_to_a_complaints_timeline_in_english(monitor: Chrome, complaint: str) -> None:
    assert monitor.find_element(By.TAG_NAME, "h1").text == "Indonesia"
    assert "Masuk hari ini" in monitor.find_element(By.CLASS_NAME, "sums").text
    follow(monitor, monitor.find_element(By.CSS_SELECTOR, ".languages [hreflang=en]"))
    assert "Came in today" in monitor.find_element(By.CLASS_NAME, "sums").text
    follow(monitor, monitor.find_element(By.LINK_TEXT, "Complaints"))
    monitor.find_element(By.NAME, "q").send_keys(complaint)
    follow(monitor, monitor.find_element(By.CSS_SELECTOR, "[role=search] button"))
    story = [each.text for each in monitor.find_elements(By.CSS_SELECTOR, ".story > li")]
    assert [each.splitlines()[0] for each in story] == ["Response", "Filed"]
    assert "Source: Kabupaten Wanasari" in story[1]
    assert "Happened 9 Mar 2026 05:00 WIB" in story[1]
    assert monitor.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    assert monitor.title == f"{complaint} · Simpul"


def test_a_tile_leads_to_its_province_and_the_logout_out(monitor: Chrome, address: str) -> None:
    follow(monitor, monitor.find_element(By.CSS_SELECTOR, ".tile[title='Jawa Timur']"))
    assert monitor.find_element(By.TAG_NAME, "h1").text == "Jawa Timur"
    follow(monitor, monitor.find_element(By.CSS_SELECTOR, ".self button"))
    monitor.get(address + "/")
    assert urlsplit(monitor.current_url).path == "/login"


@pytest.mark.parametrize("page", ["/", "/?province=35", "/complaints", "/complaints/{}", "/login"])
def test_no_page_is_wider_than_its_window(monitor: Chrome, address: str, complaint: str, page: str) -> None:
    monitor.get(address + page.format(complaint))
    for folded in monitor.find_elements(By.CSS_SELECTOR, "summary"):
        folded.click()
    for width in (1440, 1000, 768, 390, 360):
        wide(monitor, width)
        assert (width, overflow(monitor)) == (width, 0)


def test_the_style_arrives_and_every_tile_stands_apart_from_the_others(monitor: Chrome) -> None:
    boxes = [each.rect for each in monitor.find_elements(By.CSS_SELECTOR, ".map li")]
    assert len(boxes) == 38
    for one in boxes:
        for other in boxes:
            if one is not other:
                beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
                assert beside or below
