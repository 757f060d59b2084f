// Package fileoffline keeps histories in files: Parquet, CSV and JSON lines, by extension (package tablefile says how
// each is read). The path of a source is a file, a directory or a glob.
//
// Paths. A path is taken literally: no percent-decoding, no ~, no variables; blanks and %2e are ordinary characters.
// A relative path starts at the root of the repository and must stay inside it (".." beyond it is refused); an
// absolute one is read where it is; file:// is allowed before either. s3://, gs:// and azblob:// lead into buckets, by the
// same rules (package objectstore says how they are reached); there are no links there. A path
// with *, ? or [ is a glob of path.Match, unless a file of exactly that name exists. The path itself may be or pass a
// symbolic link. A link found in a directory or by a glob is followed if it is a file inside that directory or the
// root; any other is an error, so that whoever may drop files into a data directory cannot point us elsewhere.
//
// Directories are read with all their subdirectories. Names that begin with "." or "_" (_SUCCESS) and *.crc are
// skipped; a file with an unknown extension is an error. Subdirectories called key=value become columns, typed as
// asked, __HIVE_DEFAULT_PARTITION__ being null; such a column hides one of the same name inside the files.
//
// Order. Files are read in the byte order of their paths, rows in file order, and after them the files that Append
// wrote, in order of their sequence. The order decides between rows that no other rule tells apart.
//
// Snapshots. Open takes size and modification time of every file and keeps the files open as far as the limit on open
// files allows, so a file that is replaced by renaming stays readable as it was; one that is changed in place or was
// replaced while it was not open is an error, FailedPrecondition, of the read that met it. Objects have a tag besides;
// each read is made on the condition that it is the same, so one that was replaced is such an error too.
//
// Appends are Parquet files part-SEQUENCE-ID-CHECKSUM.parquet in the directory of the source, or in PATH.d beside its
// file. The checksum in the name covers every byte and is verified before the file is used. A lock file
// orders appends, or in a bucket the objects of .truepoint-append. A column that an appended
// file lacks is null there.
package fileoffline
