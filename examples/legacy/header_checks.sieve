require ["editheader", "mime", "regex", "reject"];

# line 2
if header :contains "Subject" "make money fast" {
    reject "No thanks";
    stop;
}

# line 3
if header :matches "X-Mailer" "BulkSender*" {
    discard;
    stop;
}

# line 5
if header :matches ["X-Spam-Flag", "X-Spam-Status"] "yes*" {
    reject "Access denied";
    stop;
}

# line 7
if header :mime :anychild :regex ["Content-Type", "Content-Disposition"] "name\\s*=\\s*\"?.*\\.(exe|scr)\"?" {
    reject "No programs";
    stop;
}

# line 8
if exists "X-Campaign-Id" {
    discard;
    stop;
}

# Left out, line 10: its pattern: "(?<!mail)\\.example" is no regular expression: a group cannot begin with ? or *

# lines 13-14
if allof (
    not header :contains "Subject" "[board]",
    header :contains "Subject" ["lottery", "jackpot"]
) {
    reject "No lotteries";
    stop;
}

# line 18
if allof (
    not header :contains "From" "@example.org",
    header :contains "From" "postmaster"
) {
    reject "You are not our postmaster";
    stop;
}

# Left out, line 21: it only writes to a log

# line 6
if header :regex "X-Loop" "^[0-9]+ hops$" {
    addheader "X-Looped" "yes";
}

# line 9
deleteheader "X-Internal";

# line 4
if header "List-Id" "<announce.example.org>" {
    redirect "lists@example.org";
    stop;
}
