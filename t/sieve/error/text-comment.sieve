# RFC 5228 section 2.4.2: white space and a hash comment may stand after `text:`, no bracket comment.
redirect text: /* no */
a@example.com
.
;
redirect text: "a@example.com";
.
;
