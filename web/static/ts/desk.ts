// The live desk.
export {};
