keep;
}
{ stop; }
