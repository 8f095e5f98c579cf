"""The app that the benchmarks read and write: quick enough never to be what is measured."""
