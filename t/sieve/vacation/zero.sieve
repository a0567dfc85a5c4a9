require ["vacation-seconds"];
vacation :addresses ["tjs@example.edu", "ts4z@landru.example.edu"] :seconds 0
	"Thank you, your mail has come.";
