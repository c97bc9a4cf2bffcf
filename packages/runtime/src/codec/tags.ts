/**
 * The bytes of a message.
 *
 *   header   1 byte    version << 4 | flags
 *   links    only with FLAG_LINKS: 1 byte 0, u16 count, then count × 5 words of 32 bits
 *   body     one value
 *
 * A value is a tag and what the tag asks for. Numbers are little-endian, lengths and indices are varints
 * (seven bits a byte, lowest first). Objects are numbered in the order in which they begin, so that a
 * later REFERENCE can name one.
 *
 * A property is a key and a value. A key is one byte of length and that many latin1 bytes, or KEY_STRING
 * and a string value. KEY_END stands where the next key would.
 */
export const VERSION = 1
export const FLAG_LINKS = 1
/** The message has a REFERENCE, so the decoder has to number objects. */
export const FLAG_REFERENCES = 2

/** 0x00–0x3f: the integers 0 to 63 themselves. */
export const INTEGER_TAGS_END = 0x40
/** 0x40–0x7f: a latin1 string of 0 to 63 units. */
export const SHORT_STRING = 0x40
export const SHORT_STRING_MAX = 0x3f

export const UNDEFINED = 0x80
export const NULL = 0x81
export const FALSE = 0x82
export const TRUE = 0x83
/** One byte, an integer from 0 to 255. */
export const UINT8 = 0x84
export const INT32 = 0x85
export const FLOAT64 = 0x86
export const BIGINT64 = 0x87
/** A byte of sign, then the digits in base 16 as a string value. */
export const BIGINT = 0x88
/** Length in units, then latin1 bytes. */
export const LATIN1 = 0x89
/** Length in units, then two bytes a unit: lone surrogates survive. */
export const UTF16 = 0x8a
/** Properties. */
export const OBJECT = 0x90
/** Length, then as many values, or some and REST. */
export const ARRAY = 0x91
/** Length, then properties: an array with holes or with named properties. */
export const SPARSE_ARRAY = 0x92
/** Keys and values in turn, closed by END. */
export const MAP = 0x93
/** Values, closed by END. */
export const SET = 0x94
/** Milliseconds as FLOAT64 bytes; NaN for an invalid date. */
export const DATE = 0x95
/** Source and flags, two string values. */
export const REGEXP = 0x96
/** A primitive value in its wrapper object. */
export const BOXED = 0x97
/** Length in bytes, then the bytes. */
export const ARRAY_BUFFER = 0x98
/** Kind, offset, length in elements, then the buffer as a value. */
export const VIEW = 0x99
/** Length in bytes, then the bytes: the range of a Node.js Buffer. */
export const BUFFER = 0x9a
/** Native class, then name, message, stack as values, then properties. */
export const ERROR = 0x9b
/** Index of an object of this message that began before. */
export const REFERENCE = 0x9c
/** Index into the table of links. */
export const LINK = 0x9d
/** As LINK, then a value: what the words of the link cannot say. */
export const LINK_DETAIL = 0xa0
/** In place of an element of an ARRAY: the other elements come as properties, for there are holes. */
export const REST = 0x9e
export const END = 0x9f

/** The longest key that stands as plain bytes. */
export const KEY_MAX = 0xf0
export const KEY_STRING = 0xfe
export const KEY_END = 0xff
