package com.tencent.mars.stn;

/** A kind of failure. As much as it takes to compile against. */
public class ErrCmdType {}
