"""What is known before anything runs: the name, the settings, and a capability sheet that does not contradict itself."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from contracts.conformance.acts import ITS_OWN_PART
from contracts.conformance.world import World, requires
from contracts.connector import Connector, Part
from contracts.content import Field


class Declared:
    """The declarations."""

    def test_it_has_a_name_and_says_what_it_is_for(self, connector: Connector) -> None:
        """The name is that of the entry point; the summary stands in lists of connectors."""
        assert connector.name and connector.name == connector.name.lower()
        assert connector.summary

    def test_settings_refuse_a_name_they_do_not_know(self, connector: Connector) -> None:
        """A misspelt setting must not be dropped in silence."""
        with pytest.raises(ValidationError) as caught:
            connector.settings_schema().load({"no_such_setting": 1})
        assert "no_such_setting" in caught.value.messages_dict

    def test_a_misspelt_setting_suggests_the_one_that_was_meant(self, connector: Connector) -> None:
        """Build the schema on ``contracts.strict.StrictSchema`` and it does."""
        schema = connector.settings_schema()
        meant = max(sorted(schema.load_fields), key=len)
        with pytest.raises(ValidationError) as caught:
            schema.load({meant[:-1]: 1})
        assert meant in str(caught.value.messages_dict[meant[:-1]])

    def test_a_status_that_was_projected_stays_where_it_is(self, connector: Connector) -> None:
        """project(project(s)) = project(s): what the app reports can be told to it again."""
        statuses = connector.capabilities.statuses
        for status, reported in statuses.items():
            assert statuses.get(reported) == reported, f"{status} is reported as {reported}, which is not said as itself"

    def test_what_can_be_written_can_be_read(self, connector: Connector, world: World) -> None:
        """A field that is written but never shown can be neither compared nor settled; exceptions are declared in the world."""
        sheet = connector.capabilities
        assert sheet.writes - sheet.reads <= world.blind

    def test_status_can_be_written_only_with_words_for_it(self, connector: Connector) -> None:
        """A sheet that offers to write the status has at least one it can say."""
        sheet = connector.capabilities
        assert Field.STATUS not in sheet.writes or sheet.statuses

    def test_what_goes_only_together_can_be_combined(self, connector: Connector) -> None:
        """Parts that are only taken with each other are taken in one call."""
        sheet = connector.capabilities
        assert not sheet.together or any(sheet.together <= parts for parts in sheet.combines)
        assert len(sheet.together) != 1, "a part cannot be together with itself"

    def test_combined_parts_can_be_written(self, connector: Connector) -> None:
        """A combination that names a part which the app does not take promises too much."""
        sheet = connector.capabilities
        able = {
            Part.FIELDS: bool(sheet.writes - ITS_OWN_PART),
            Part.STATUS: Field.STATUS in sheet.writes,
            Part.RESPONSE: bool(sheet.responses.writes),
            Part.HOLDER: Field.HOLDER in sheet.writes,
        }
        assert all(able[part] for part in sheet.together)

    def test_cuts_are_lengths_of_fields_it_takes(self, connector: Connector) -> None:
        """A cut says how many characters are kept."""
        sheet = connector.capabilities
        assert set(sheet.cuts) <= sheet.writes | sheet.creates | sheet.reads
        assert all(length > 0 for length in sheet.cuts.values())
        assert sheet.responses.cut is None or sheet.responses.cut > 0

    def test_fields_of_a_new_record_are_declared_only_where_it_can_file(self, connector: Connector) -> None:
        """A connector that cannot create has no fields to create with, and the other way round."""
        sheet = connector.capabilities
        assert bool(sheet.creates) == sheet.can_create

    def test_its_steps_lead_to_statuses_it_reports(self, connector: Connector) -> None:
        """Transitions speak in reported statuses, so that the planner can walk them."""
        sheet = connector.capabilities
        requires(sheet.transitions is not None, "transitions it insists on")
        for following in (sheet.transitions or {}).values():
            assert following <= set(sheet.statuses.values())

    def test_check_passes(self, connector: Connector) -> None:
        """The configured connection works now."""
        connector.check()

    def test_closing_twice_does_no_harm(self, connector: Connector) -> None:
        """A session closes in every case, also after an error while closing."""
        connector.close()
        connector.close()
