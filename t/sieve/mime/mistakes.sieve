require ["foreverypart", "mime", "extracttext", "variables"];
break;
extracttext "a";
if header :anychild "subject" "x" { stop; }
if header :mime :type :subtype "content-type" "x" { stop; }
foreverypart { extracttext "no name"; }
