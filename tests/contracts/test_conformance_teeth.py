"""The conformance suite itself: it finds every careless connector, and by the tests that are meant to find it."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path

import pytest

from contracts.conformance import ConnectorConformance

SUITE = Path(__file__).with_name("careless_suite.py")
ROOT = Path(__file__).parents[2]

CAUGHT_BY: dict[str, set[str]] = {
    "MemoryConnector": set(),
    "CursorTooFar": {
        "test_a_change_is_found_from_the_last_cursor",
        "test_a_reading_that_finds_nothing_keeps_its_cursor",
        "test_a_status_and_a_response_are_found_from_the_last_cursor",
        "test_from_each_cursor_on_nothing_is_missed",
    },
    "CursorThatNeverMoves": {
        "test_the_last_cursor_is_past_what_was_read",
    },
    "CursorForgottenWhenQuiet": {
        "test_a_reading_that_finds_nothing_keeps_its_cursor",
        "test_the_last_cursor_is_past_what_was_read",
    },
    "RepliesDoNotCount": {
        "test_a_status_and_a_response_are_found_from_the_last_cursor",
    },
    "NewestFirst": {
        "test_from_each_cursor_on_nothing_is_missed",
        "test_pages_come_oldest_change_first",
    },
    "PagesByOffset": {
        "test_what_changes_during_a_reading_is_in_this_one_or_the_next",
    },
    "SkipsARecord": {
        "test_a_listing_that_calls_itself_complete_holds_every_record",
        "test_a_new_record_is_found_from_the_last_cursor",
        "test_what_changes_during_a_reading_is_in_this_one_or_the_next",
    },
    "ListsTheDeleted": {
        "test_a_deleted_record_is_gone_and_no_longer_listed",
    },
    "EmptyWhenLockedOut": {
        "test_without_access_it_stops_and_never_shows_an_empty_app",
    },
    "UnknownIsOpen": {
        "test_a_word_that_nobody_mapped_is_no_status",
    },
    "NoRawValues": {
        "test_a_status_is_canonical_and_the_app_s_own_word_stands_beside_it",
        "test_a_word_that_nobody_mapped_is_no_status",
    },
    "NaiveTimes": {
        "test_every_time_is_aware_utc",
    },
    "ResponsesByPosition": {
        "test_a_response_appears_once_with_its_text",
        "test_equal_responses_are_two_with_refs_that_stay",
    },
    "EqualResponsesAreOne": {
        "test_equal_responses_are_two_with_refs_that_stay",
    },
    "IdentityWithTitle": {
        "test_what_identifies_a_record_never_changes",
    },
    "SameIdentityForAll": {
        "test_two_records_have_two_identities",
    },
    "FeedSaysLess": {
        "test_a_record_from_the_feed_is_the_record_that_is_fetched",
    },
    "WritesOnRead": {
        "test_reading_twice_gives_the_same_and_writes_nothing",
    },
    "LosesFiles": {
        "test_a_file_is_read_as_it_was_added",
    },
    "FindsByBeginning": {
        "test_a_token_that_nobody_carries_finds_nothing",
    },
    "SwallowsGone": {
        "test_a_deleted_record_is_gone_and_no_longer_listed",
        "test_a_ref_that_nobody_has_is_gone",
        "test_an_edit_of_a_ref_that_nobody_has_is_gone",
    },
    "WholeRecordPut": {
        "test_what_staff_changed_meanwhile_is_left_alone",
    },
    "EmptiesTheRest": {
        "test_only_what_was_asked_changes",
        "test_saying_again_what_it_says_changes_nothing",
    },
    "UpdatesThemAll": {
        "test_an_edit_touches_no_other_record",
    },
    "IgnoresExpected": {
        "test_a_stale_version_is_refused_and_nothing_changes",
    },
    "RespondsTwice": {
        "test_a_response_appears_once_with_its_text",
    },
    "EverythingPublic": {
        "test_a_response_appears_once_with_its_text",
    },
    "FakesAStatus": {
        "test_a_status_without_a_word_is_rejected_not_faked",
    },
    "DropsFieldsInSilence": {
        "test_a_field_it_does_not_take_is_rejected",
    },
    "ForgetsTheStatus": {
        "test_combined_parts_all_take_effect",
    },
    "ReceiptAsAsked": {
        "test_the_receipt_of_an_edit_is_true",
    },
    "CutsInSilence": {
        "test_a_long_response_is_cut_as_declared",
        "test_texts_are_cut_as_declared_and_no_others",
    },
    "CreatesAnew": {
        "test_the_same_key_files_once",
    },
    "LosesTheToken": {
        "test_a_new_record_carries_our_token",
        "test_a_record_is_found_by_its_token",
    },
    "FilesOnlyATitle": {
        "test_a_new_record_says_what_was_filed",
    },
    "InventsTheRest": {
        "test_parts_that_belong_together_are_not_taken_alone",
    },
    "CategoryBecomesTags": {
        "test_every_field_it_takes_is_read_back",
        "test_saying_again_what_it_says_changes_nothing",
    },
    "HolderWithoutUnit": {
        "test_a_holder_is_read_back",
        "test_combined_parts_all_take_effect",
    },
    "DropsTheReason": {
        "test_a_reason_goes_with_its_status",
    },
    "OneStatusBehind": {
        "test_combined_parts_all_take_effect",
        "test_every_status_it_can_say_is_read_back_as_declared",
    },
    "FilesTwice": {
        "test_a_new_record_is_in_the_listing_once",
        "test_a_record_is_found_by_its_token",
    },
    "OneForTheSameWords": {
        "test_two_keys_file_two_records",
    },
    "FilesOverTheLast": {
        "test_filing_changes_no_other_record",
    },
    "CreateReceiptAsAsked": {
        "test_the_receipt_of_a_create_is_true",
    },
    "TakesAnySetting": {
        "test_a_misspelt_setting_suggests_the_one_that_was_meant",
        "test_settings_refuse_a_name_they_do_not_know",
    },
    "RefusesWithoutAHint": {
        "test_a_misspelt_setting_suggests_the_one_that_was_meant",
    },
    "SaysClosedReadsAnswered": {
        "test_a_status_that_was_projected_stays_where_it_is",
        "test_a_status_without_a_word_is_rejected_not_faked",
        "test_combined_parts_all_take_effect",
        "test_every_status_it_can_say_is_read_back_as_declared",
    },
    "WritesWhatItCannotShow": {
        "test_only_declared_fields_are_reported",
        "test_what_can_be_written_can_be_read",
    },
    "StatusWithoutWords": {
        "test_a_reason_goes_with_its_status",
        "test_a_status_without_a_word_is_rejected_not_faked",
        "test_status_can_be_written_only_with_words_for_it",
    },
    "TogetherButNotCombined": {
        "test_parts_that_belong_together_are_not_taken_alone",
        "test_what_goes_only_together_can_be_combined",
    },
    "TogetherWithNothing": {
        "test_a_field_it_does_not_take_is_rejected",
        "test_combined_parts_can_be_written",
        "test_parts_that_belong_together_are_not_taken_alone",
    },
    "CutToNothing": {
        "test_a_new_record_says_what_was_filed",
        "test_cuts_are_lengths_of_fields_it_takes",
        "test_every_field_it_takes_is_read_back",
        "test_texts_are_cut_as_declared_and_no_others",
    },
    "FilesWithoutFields": {
        "test_fields_of_a_new_record_are_declared_only_where_it_can_file",
    },
    "StepsIntoTheVoid": {
        "test_its_steps_lead_to_statuses_it_reports",
    },
    "ShorterPagesThanItGives": {
        "test_a_page_is_no_longer_than_declared",
    },
    "BelievesInWebhooks": {
        "test_a_webhook_names_its_record_and_an_altered_one_is_rejected",
        "test_a_webhook_that_is_not_the_app_s_is_rejected",
    },
    "Nameless": {
        "test_it_has_a_name_and_says_what_it_is_for",
    },
    "FailsItsCheck": {
        "test_check_passes",
    },
    "ClosesOnce": {
        "test_closing_twice_does_no_harm",
    },
}


# One worker runs the suites once for all of these.
pytestmark = [pytest.mark.xdist_group("teeth"), pytest.mark.long]


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Run the suite once in a process of its own; return the failed tests of each connector."""
    report = tmp_path_factory.mktemp("careless") / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", f"--junitxml={report}", str(SUITE)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    failed: dict[str, set[str]] = defaultdict(set)
    for case in ElementTree.parse(report).iter("testcase"):
        kind = case.get("classname", "").rsplit(".Test", 1)[-1]
        if case.find("failure") is not None or case.find("error") is not None:
            failed[kind].add(case.get("name", "").split("[")[0])
        else:
            failed.setdefault(kind, set())
    return failed


@pytest.mark.parametrize("kind", CAUGHT_BY)
def test_a_careless_connector_fails_exactly_the_tests_that_are_about_it(kind: str, failures: dict[str, set[str]]) -> None:
    assert failures[kind] == CAUGHT_BY[kind]


def test_every_careless_connector_is_expected_to_be_caught(failures: dict[str, set[str]]) -> None:
    assert set(failures) == set(CAUGHT_BY)
    assert all(tests for kind, tests in CAUGHT_BY.items() if kind != "MemoryConnector")


def test_every_test_of_the_suite_catches_somebody() -> None:
    suite = {name for name in dir(ConnectorConformance) if name.startswith("test_")}
    assert suite == set().union(*CAUGHT_BY.values())
