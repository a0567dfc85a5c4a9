require ["vacation-seconds"];
vacation :days 1 :seconds 5 "Which?";
