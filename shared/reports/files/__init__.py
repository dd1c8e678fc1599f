"""Files that carry a report; the packages that write them are imported when one is written."""
