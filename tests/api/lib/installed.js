/* What starts here and there wants what ./quickstart check has installed. */
'use strict';
try {
	require.resolve('ajv');
} catch {
	process.stderr.write('what tests need is not installed: ' +
	    './quickstart check build installs it, and builds\n');
	process.exit(2);
}
