"""What files are when they are sent."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
