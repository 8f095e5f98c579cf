"""What people do, one room per thing they do it to; commands, pages and the API call these and nothing deeper."""
