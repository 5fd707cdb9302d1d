"""Profiles a Parquet file with ydata-profiling: its full report, as HTML."""

import sys

import pandas
from ydata_profiling import ProfileReport

table = pandas.read_parquet(sys.argv[1])
ProfileReport(table, progress_bar=False).to_file(sys.argv[2], silent=True)
print(f"profiled {len(table.columns)} columns")
