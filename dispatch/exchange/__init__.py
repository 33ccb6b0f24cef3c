"""Files in and out: CSV and XLSX."""
