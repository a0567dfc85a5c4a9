# RFC 5228 section 6: capability strings are case-sensitive; section 2.10.5: all must be available.
require "FILEINTO";
require ["envelope", "Envelope"];
require ["fileinto,envelope", ""];
require "comparator-i;none";
