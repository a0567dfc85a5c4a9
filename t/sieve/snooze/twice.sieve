require "snooze";
snooze "12:00";
snooze "13:00";
