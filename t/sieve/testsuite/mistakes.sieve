frob;
frob;
keep "x";
if true { discard "y"; }
