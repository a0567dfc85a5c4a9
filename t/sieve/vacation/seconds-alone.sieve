require ["vacation"];
vacation :seconds 5 "Soon.";
