//! Every function and macro there is: name, arguments, result, one sentence, and an example that is true.
//!
//! The table is sorted by name. Arguments behind `;` may be left out; the first argument of a method is its receiver.

use super::kinds::{
    ANY, BOOL, BYTES, DOUBLE, INT, LIST, MANY, MAP, NUMBER, OBJECT, PATTERN, RAW, SCRIPT, STR, UINT,
};
use super::{
    Function, Style, convert, deployment, encode, format, kubernetes, list, math, network, optional, pattern,
    sets, text, time,
};
use crate::expr::library::command::COMMAND;
use crate::expr::library::image::IMAGE;
use crate::expr::value::Type;

macro_rules! functions {
    ($( $style:ident $name:literal ($($needs:expr),* $(; $($may:expr),+)?) -> $gives:expr, $run:path,
        $doc:literal, $example:literal; )*) => {
        pub(super) static FUNCTIONS: &[Function] = &[$(
            Function {
                name: $name,
                style: Style::$style,
                needs: &[$($needs),*],
                may: &[$($($may),+)?],
                gives: $gives,
                run: $run,
                doc: $doc,
                example: $example,
            }
        ),*];
    };
}

functions! {
    Method "add" (OBJECT, OBJECT | INT) -> Type::Object("kubernetes.Quantity"), kubernetes::add,
        "The sum of a quantity and another one or an integer.", "quantity('1Gi').add(quantity('1Mi')).isGreaterThan(quantity('1Gi'))";
    Method "asApproximateFloat" (OBJECT) -> Type::Double, kubernetes::as_float,
        "The number nearest to a quantity.", "quantity('1.5k').asApproximateFloat() == 1500.0";
    Method "asInteger" (OBJECT) -> Type::Int, kubernetes::as_integer,
        "The integer that a quantity is; an error if it is none.", "quantity('2k').asInteger() == 2000";
    Plain "base64.decode" (STR) -> Type::Bytes, encode::decode,
        "The bytes that base64 text stands for.", "base64.decode('aGk=') == b'hi'";
    Plain "base64.encode" (BYTES) -> Type::String, encode::encode,
        "Bytes as base64 text.", "base64.encode(b'hi') == 'aGk='";
    Plain "bool" (ANY) -> Type::Bool, convert::boolean,
        "A bool, or the one that a string such as `true` or `1` names.", "bool('true')";
    Plain "bytes" (ANY) -> Type::Bytes, convert::bytes,
        "The UTF-8 bytes of a string.", "bytes('é') == b'\\xc3\\xa9'";
    Method "charAt" (STR, INT) -> Type::String, text::char_at,
        "The character at a position; empty just past the end.", "'abc'.charAt(1) == 'b'";
    Plain "cidr" (STR) -> Type::Object("net.CIDR"), network::cidr,
        "The range of addresses that a text such as `10.0.0.0/8` names.", "cidr('10.0.0.0/8').containsIP('10.1.2.3')";
    Method "compareTo" (OBJECT, OBJECT) -> Type::Int, kubernetes::compare,
        "-1, 0 or 1 for a quantity or version that is less than another, equal to it, or greater.",
        "quantity('1Gi').compareTo(quantity('1024Mi')) == 0";
    Method "contains" (STR, STR) -> Type::Bool, text::contains,
        "Whether a string holds another.", "'web:latest'.contains(':')";
    Method "containsCIDR" (OBJECT, STR | OBJECT) -> Type::Bool, network::contains_cidr,
        "Whether a range holds all of another.", "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')";
    Method "containsIP" (OBJECT, STR | OBJECT) -> Type::Bool, network::contains_ip,
        "Whether a range holds an address.", "!cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))";
    Method "distinct" (LIST) -> Type::List(&Type::Any), list::distinct,
        "The elements without repetitions, in their order.", "[2, 1, 2].distinct() == [2, 1]";
    Plain "double" (ANY) -> Type::Double, convert::double,
        "A number or the text of one as a floating point number.", "double('1.5') == 1.5";
    Plain "duration" (STR | OBJECT) -> Type::Object("duration"), time::duration,
        "The length of time that a text such as `1h30m` names.", "duration('90m') == duration('1h30m')";
    Plain "dyn" (RAW) -> Type::Any, convert::dynamic,
        "The value itself, its type forgotten.", "dyn(1) == 1";
    Method "endsWith" (STR, STR) -> Type::Bool, text::ends_with,
        "Whether a string ends with another.", "'web:latest'.endsWith(':latest')";
    Method "family" (OBJECT) -> Type::Int, network::family,
        "4 or 6, for an address of IPv4 or IPv6.", "ip('::1').family() == 6";
    Method "find" (STR, PATTERN) -> Type::String, pattern::find,
        "The first match of a pattern; empty if there is none.", "'web-12'.find('[0-9]+') == '12'";
    Method "findAll" (STR, PATTERN; INT) -> Type::List(&Type::String), pattern::find_all,
        "All matches of a pattern, or the first few.", "'a1b22'.findAll('[0-9]+') == ['1', '22']";
    Method "first" (LIST) -> Type::Any, list::first,
        "The first element, as an optional.", "[1, 2].first().value() == 1";
    Method "flag" (MAP, STR; STR, STR) -> Type::List(&Type::String), deployment::flag,
        "The values that an option of a command has, under any of its names.",
        "shell('kubectl -n prod get pods')[0].flag('namespace', 'n') == ['prod']";
    Method "flatten" (LIST; INT) -> Type::List(&Type::Any), list::flatten,
        "The elements of the lists in a list, to a depth of 1 or as given.", "[[1], [2, 3]].flatten() == [1, 2, 3]";
    Method "format" (STR, LIST) -> Type::String, format::format,
        "The string with `%s %d %f %e %x %X %o %b` replaced by values.", "'%s: %.1f %x'.format(['a', 2.25, 255]) == 'a: 2.2 ff'";
    Plain "format.byte" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of base64 with padding.", "!format.byte().validate('aGk=').hasValue() && format.byte().validate('aGk').hasValue()";
    Plain "format.date" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of dates.", "!format.date().validate('2024-02-29').hasValue() && format.date().validate('2023-02-29').hasValue()";
    Plain "format.datetime" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of dates with a time.", "!format.datetime().validate('2024-02-29T12:00:00Z').hasValue() && format.datetime().validate('2024-02-29').hasValue()";
    Plain "format.dns1035Label" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of DNS labels of RFC 1035.", "!format.dns1035Label().validate('my-name').hasValue() && format.dns1035Label().validate('1-name').hasValue()";
    Plain "format.dns1035LabelPrefix" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of beginnings of DNS labels of RFC 1035.", "!format.dns1035LabelPrefix().validate('my-').hasValue() && format.dns1035LabelPrefix().validate('1-').hasValue()";
    Plain "format.dns1123Label" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of DNS labels of RFC 1123.", "!format.dns1123Label().validate('my-name').hasValue() && format.dns1123Label().validate('My-Name').hasValue()";
    Plain "format.dns1123LabelPrefix" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of beginnings of DNS labels of RFC 1123.", "!format.dns1123LabelPrefix().validate('my-').hasValue() && format.dns1123LabelPrefix().validate('-my').hasValue()";
    Plain "format.dns1123Subdomain" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of DNS names of RFC 1123.", "!format.dns1123Subdomain().validate('a.example.com').hasValue() && format.dns1123Subdomain().validate('a..com').hasValue()";
    Plain "format.dns1123SubdomainPrefix" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of beginnings of DNS names of RFC 1123.", "!format.dns1123SubdomainPrefix().validate('a.my-').hasValue() && format.dns1123SubdomainPrefix().validate('A.my-').hasValue()";
    Plain "format.labelValue" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of values of labels.", "!format.labelValue().validate('my.Value').hasValue() && format.labelValue().validate('my value').hasValue()";
    Plain "format.named" (STR) -> Type::Any, kubernetes::named,
        "The format of a name, as an optional.", "format.named('uuid').hasValue() && !format.named('x').hasValue()";
    Plain "format.qualifiedName" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of keys of labels and their like.", "!format.qualifiedName().validate('example.com/MyName').hasValue() && format.qualifiedName().validate('example.com/').hasValue()";
    Plain "format.uri" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of absolute URIs.", "!format.uri().validate('https://a.b/c').hasValue() && format.uri().validate('a.b/c').hasValue()";
    Plain "format.uuid" () -> Type::Object("kubernetes.NamedFormat"), kubernetes::format,
        "The format of UUIDs.", "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.uuid().validate('123e4567').hasValue()";
    Method "getDate" (OBJECT; STR) -> Type::Int, time::date,
        "The day of the month from 1, in UTC or a time zone.", "timestamp('2024-02-29T12:00:00Z').getDate() == 29";
    Method "getDayOfMonth" (OBJECT; STR) -> Type::Int, time::day_of_month,
        "The day of the month from 0, in UTC or a time zone.",
        "timestamp('2024-02-29T12:00:00Z').getDayOfMonth() == 28";
    Method "getDayOfWeek" (OBJECT; STR) -> Type::Int, time::day_of_week,
        "The day of the week from 0 for Sunday, in UTC or a time zone.",
        "timestamp('2024-02-29T12:00:00Z').getDayOfWeek() == 4";
    Method "getDayOfYear" (OBJECT; STR) -> Type::Int, time::day_of_year,
        "The day of the year from 0, in UTC or a time zone.",
        "timestamp('2024-02-29T12:00:00Z').getDayOfYear() == 59";
    Method "getEscapedPath" (OBJECT) -> Type::String, kubernetes::path,
        "The path of a URL, with escapes for what may not stand in one.", "url('https://a.b/c d').getEscapedPath() == '/c%20d'";
    Method "getFullYear" (OBJECT; STR) -> Type::Int, time::year,
        "The year, in UTC or a time zone.", "timestamp('2024-02-29T12:00:00Z').getFullYear() == 2024";
    Method "getHost" (OBJECT) -> Type::String, kubernetes::host,
        "Host and port of a URL, or nothing.", "url('https://a.b:80/c').getHost() == 'a.b:80'";
    Method "getHostname" (OBJECT) -> Type::String, kubernetes::hostname,
        "The host of a URL without its port, an IPv6 address without its brackets.", "url('https://[::1]:80/').getHostname() == '::1'";
    Method "getHours" (OBJECT; STR) -> Type::Int, time::hours,
        "The hour of a moment in UTC or a time zone, or the whole hours of a duration.",
        "timestamp('2024-02-29T12:00:00Z').getHours('Asia/Kathmandu') == 17";
    Method "getMilliseconds" (OBJECT; STR) -> Type::Int, time::milliseconds,
        "The milliseconds of a moment or duration beyond whole seconds.", "duration('1.5s').getMilliseconds() == 500";
    Method "getMinutes" (OBJECT; STR) -> Type::Int, time::minutes,
        "The minute of a moment in UTC or a time zone, or the whole minutes of a duration.",
        "duration('1h30m').getMinutes() == 90";
    Method "getMonth" (OBJECT; STR) -> Type::Int, time::month,
        "The month from 0, in UTC or a time zone.", "timestamp('2024-02-29T12:00:00Z').getMonth() == 1";
    Method "getPort" (OBJECT) -> Type::String, kubernetes::port,
        "The port of a URL, or nothing.", "url('https://a.b:80/c').getPort() == '80'";
    Method "getQuery" (OBJECT) -> Type::Map, kubernetes::query,
        "The values of each key in the query of a URL.", "url('https://a.b/?c=d&c=e').getQuery() == {'c': ['d', 'e']}";
    Method "getScheme" (OBJECT) -> Type::String, kubernetes::scheme,
        "The scheme of a URL, or nothing.", "url('https://a.b').getScheme() == 'https'";
    Method "getSeconds" (OBJECT; STR) -> Type::Int, time::seconds,
        "The second of a moment, or the whole seconds of a duration.", "duration('1m30s').getSeconds() == 90";
    Plain "glob" (STR, STR) -> Type::Bool, deployment::glob,
        "Whether a glob matches a path or a folder it lies in.", "glob('deploy/**/*.yaml', 'deploy/a/b.yaml')";
    Method "glob" (STR, STR) -> Type::Bool, deployment::globs,
        "Whether a path, or a folder it lies in, matches a glob.", "'deploy/dev/a.yaml'.glob('deploy/dev')";
    Method "has" (MAP, STR; STR, STR) -> Type::Bool, deployment::has,
        "Whether a command has an option, under any of its names.", "shell('kubectl apply --dry-run=client')[0].has('--dry-run')";
    Method "hasValue" (RAW) -> Type::Bool, optional::has_value,
        "Whether an optional holds a value.", "optional.of(1).hasValue()";
    Plain "image" (SCRIPT) -> Type::Record(&IMAGE), deployment::image,
        "The image that a text refers to: its registry, repository, tag and digest.", "image('redis:7').tag == '7'";
    Method "indexOf" (STR | LIST, ANY; INT) -> Type::Int, list::index_of,
        "The position of the first hit in a string or list; -1 if there is none.", "'a-b-c'.indexOf('-') == 1";
    Plain "int" (ANY) -> Type::Int, convert::int,
        "A number, the text of one or the Unix time of a timestamp as an integer.", "int('7') == 7";
    Plain "ip" (STR | OBJECT) -> Type::Object("net.IP"), network::ip,
        "The address that a text names.", "ip('127.0.0.1').isLoopback()";
    Method "ip" (OBJECT) -> Type::Object("net.IP"), network::cidr_ip,
        "The address that a range is written with.", "cidr('10.1.0.0/8').ip() == ip('10.1.0.0')";
    Plain "ip.isCanonical" (STR) -> Type::Bool, network::is_canonical,
        "Whether an address is written as it should be.", "!ip.isCanonical('2001:DB8::68')";
    Plain "isCIDR" (STR) -> Type::Bool, network::is_cidr,
        "Whether a text names a range of addresses.", "isCIDR('10.0.0.0/8')";
    Method "isGlobalUnicast" (OBJECT) -> Type::Bool, network::is_global_unicast,
        "Whether an address is for one host beyond its link; private ones are.", "ip('192.168.0.1').isGlobalUnicast()";
    Method "isGreaterThan" (OBJECT, OBJECT) -> Type::Bool, kubernetes::is_greater,
        "Whether a quantity or version is greater than another.", "quantity('1Gi').isGreaterThan(quantity('1G'))";
    Plain "isIP" (STR) -> Type::Bool, network::is_ip,
        "Whether a text names an address.", "!isIP('10.0.0')";
    Method "isInteger" (OBJECT) -> Type::Bool, kubernetes::is_integer,
        "Whether a quantity is an integer that 64 bits hold.", "quantity('2k').isInteger() && !quantity('1.5').isInteger()";
    Method "isLessThan" (OBJECT, OBJECT) -> Type::Bool, kubernetes::is_less,
        "Whether a quantity or version is less than another.", "semver('1.9.0').isLessThan(semver('1.10.0'))";
    Method "isLinkLocalMulticast" (OBJECT) -> Type::Bool, network::is_link_local_multicast,
        "Whether an address is for many hosts of one link.", "ip('224.0.0.1').isLinkLocalMulticast()";
    Method "isLinkLocalUnicast" (OBJECT) -> Type::Bool, network::is_link_local_unicast,
        "Whether an address is for one host on its link.", "ip('169.254.169.254').isLinkLocalUnicast()";
    Method "isLoopback" (OBJECT) -> Type::Bool, network::is_loopback,
        "Whether an address is for the host itself.", "ip('::1').isLoopback()";
    Plain "isQuantity" (STR) -> Type::Bool, kubernetes::is_quantity,
        "Whether a text is a quantity.", "isQuantity('500m') && !isQuantity('500mb')";
    Plain "isSemver" (STR; BOOL) -> Type::Bool, kubernetes::is_semver,
        "Whether a text is a semantic version; with true also as `v1.2` it may be written.", "!isSemver('v1.2') && isSemver('v1.2', true)";
    Method "isSorted" (LIST) -> Type::Bool, list::is_sorted,
        "Whether no element is greater than the next.", "[1, 2, 2].isSorted()";
    Plain "isURL" (STR) -> Type::Bool, kubernetes::is_url,
        "Whether a text is an absolute URL or an absolute path.", "isURL('https://a.b/c') && !isURL('a.b/c')";
    Method "isUnspecified" (OBJECT) -> Type::Bool, network::is_unspecified,
        "Whether an address is `0.0.0.0` or `::`.", "ip('0.0.0.0').isUnspecified()";
    Method "join" (LIST; STR) -> Type::String, list::join,
        "The strings of a list in one, with a separator between them.", "['a', 'b'].join('-') == 'a-b'";
    Method "last" (LIST) -> Type::Any, list::last,
        "The last element, as an optional.", "[1, 2].last().value() == 2";
    Method "lastIndexOf" (STR | LIST, ANY; INT) -> Type::Int, list::last_index_of,
        "The position of the last hit in a string or list; -1 if there is none.", "'a-b-c'.lastIndexOf('-') == 3";
    Plain "lists.range" (INT) -> Type::List(&Type::Int), list::range,
        "The integers from 0 up to a number, which is not among them.", "lists.range(3) == [0, 1, 2]";
    Method "lowerAscii" (STR) -> Type::String, text::lower,
        "The string with A to Z in lower case.", "'Web'.lowerAscii() == 'web'";
    Method "major" (OBJECT) -> Type::Int, kubernetes::major,
        "The first number of a version.", "semver('1.2.3').major() == 1";
    Method "masked" (OBJECT) -> Type::Object("net.CIDR"), network::cidr_masked,
        "The range written with its first address.", "cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8')";
    Both "matches" (STR, PATTERN) -> Type::Bool, pattern::matches,
        "Whether a pattern matches some part of a string.", "'v1.2'.matches('^v[0-9]')";
    Plain "math.abs" (NUMBER) -> Type::Any, math::abs,
        "The absolute value.", "math.abs(-2) == 2";
    Plain "math.bitAnd" (INT | UINT, INT | UINT) -> Type::Any, math::bit_and,
        "The bits that both integers have.", "math.bitAnd(6, 3) == 2";
    Plain "math.bitNot" (INT | UINT) -> Type::Any, math::bit_not,
        "The integer with each bit turned.", "math.bitNot(1) == -2";
    Plain "math.bitOr" (INT | UINT, INT | UINT) -> Type::Any, math::bit_or,
        "The bits that one of the integers has.", "math.bitOr(6, 3) == 7";
    Plain "math.bitShiftLeft" (INT | UINT, INT) -> Type::Any, math::shift_left,
        "The bits moved to the left.", "math.bitShiftLeft(1, 4) == 16";
    Plain "math.bitShiftRight" (INT | UINT, INT) -> Type::Any, math::shift_right,
        "The bits moved to the right, zeros behind them.", "math.bitShiftRight(16, 4) == 1";
    Plain "math.bitXor" (INT | UINT, INT | UINT) -> Type::Any, math::bit_xor,
        "The bits that just one of the integers has.", "math.bitXor(6, 3) == 5";
    Plain "math.ceil" (DOUBLE) -> Type::Double, math::ceil,
        "The next whole number, upwards.", "math.ceil(1.2) == 2.0";
    Plain "math.floor" (DOUBLE) -> Type::Double, math::floor,
        "The next whole number, downwards.", "math.floor(1.8) == 1.0";
    Plain "math.greatest" (NUMBER | LIST | MANY) -> Type::Any, math::greatest,
        "The greatest of some numbers.", "math.greatest(1, 3, 2) == 3";
    Plain "math.isFinite" (DOUBLE) -> Type::Bool, math::is_finite,
        "Whether a number is neither infinite nor NaN.", "math.isFinite(1.5)";
    Plain "math.isInf" (DOUBLE) -> Type::Bool, math::is_inf,
        "Whether a number is infinite.", "math.isInf(1.0 / 0.0)";
    Plain "math.isNaN" (DOUBLE) -> Type::Bool, math::is_nan,
        "Whether a number is NaN.", "math.isNaN(0.0 / 0.0)";
    Plain "math.least" (NUMBER | LIST | MANY) -> Type::Any, math::least,
        "The least of some numbers.", "math.least([2, 1, 3]) == 1";
    Plain "math.round" (DOUBLE) -> Type::Double, math::round,
        "The nearest whole number; halves go away from zero.", "math.round(1.5) == 2.0";
    Plain "math.sign" (NUMBER) -> Type::Any, math::sign,
        "-1, 0 or 1 of the type of the number.", "math.sign(-7) == -1";
    Plain "math.sqrt" (NUMBER) -> Type::Double, math::sqrt,
        "The square root.", "math.sqrt(9) == 3.0";
    Plain "math.trunc" (DOUBLE) -> Type::Double, math::trunc,
        "The number without its fraction.", "math.trunc(-1.8) == -1.0";
    Method "max" (LIST) -> Type::Any, list::max,
        "The greatest element.", "[1, 3, 2].max() == 3";
    Method "min" (LIST) -> Type::Any, list::min,
        "The least element.", "[2, 1, 3].min() == 1";
    Method "minor" (OBJECT) -> Type::Int, kubernetes::minor,
        "The second number of a version.", "semver('1.2.3').minor() == 2";
    Both "namespace" (MAP) -> Type::String, deployment::namespace,
        "The namespace of a Kubernetes object, `default` where it names none.", "namespace({'metadata': {'name': 'web'}}) == 'default'";
    Plain "optional.none" () -> Type::Any, optional::none,
        "An optional that holds nothing.", "!optional.none().hasValue()";
    Plain "optional.of" (RAW) -> Type::Any, optional::of,
        "An optional that holds a value.", "optional.of(1).value() == 1";
    Plain "optional.ofNonZeroValue" (RAW) -> Type::Any, optional::of_non_zero,
        "An optional that holds a value, unless that is empty, zero, false or null.",
        "!optional.ofNonZeroValue('').hasValue()";
    Plain "optional.unwrap" (LIST) -> Type::List(&Type::Any), optional::unwrap,
        "What the optionals of a list hold.", "optional.unwrap([optional.of(1), optional.none()]) == [1]";
    Method "or" (RAW, RAW) -> Type::Any, optional::or,
        "The optional itself, or the other one if it holds nothing.",
        "optional.none().or(optional.of(1)).value() == 1";
    Method "orValue" (RAW, RAW) -> Type::Any, optional::or_value,
        "What the optional holds, or a value instead.", "{'a': 1}.?b.orValue(2) == 2";
    Method "patch" (OBJECT) -> Type::Int, kubernetes::patch,
        "The third number of a version.", "semver('1.2.3').patch() == 3";
    Method "prefixLength" (OBJECT) -> Type::Int, network::prefix_length,
        "The number of bits that all addresses of a range share.", "cidr('10.0.0.0/8').prefixLength() == 8";
    Plain "quantity" (STR | NUMBER) -> Type::Object("kubernetes.Quantity"), kubernetes::quantity,
        "The amount that a text such as `500m` or `1.5Gi` names.", "quantity('1.5Gi') > quantity('1500Mi')";
    Plain "regex.extract" (STR, PATTERN) -> Type::Any, pattern::extract,
        "What the group of a pattern matches first, as an optional.", "regex.extract('web:1.2', ':(.*)').value() == '1.2'";
    Plain "regex.extractAll" (STR, PATTERN) -> Type::List(&Type::String), pattern::extract_all,
        "All that the group of a pattern matches.", "regex.extractAll('a=1 b=2', '=(.)') == ['1', '2']";
    Plain "regex.replace" (STR, PATTERN, STR; INT) -> Type::String, pattern::replace,
        "The string with all matches of a pattern replaced, or the first few; `\\1` stands for a group.",
        "regex.replace('a1b2', '([0-9])', '<\\\\1>') == 'a<1>b<2>'";
    Method "replace" (STR, STR, STR; INT) -> Type::String, text::replace,
        "The string with all hits of a part replaced, or the first few.", "'a-b-c'.replace('-', '+', 1) == 'a+b-c'";
    Method "reverse" (STR | LIST) -> Type::Any, list::reverse,
        "A string or a list backwards.", "'abc'.reverse() == 'cba'";
    Plain "semver" (STR; BOOL) -> Type::Object("kubernetes.Semver"), kubernetes::semver,
        "The semantic version that a text is; with true also as `v1.2` it may be written.", "semver('v1.2', true) == semver('1.2.0')";
    Plain "sets.contains" (LIST, LIST) -> Type::Bool, sets::contains,
        "Whether a list holds every element of another.", "sets.contains([1, 2, 3], [3, 1])";
    Plain "sets.equivalent" (LIST, LIST) -> Type::Bool, sets::equivalent,
        "Whether two lists hold the same elements.", "sets.equivalent([1, 2, 1], [2, 1])";
    Plain "sets.intersects" (LIST, LIST) -> Type::Bool, sets::intersects,
        "Whether two lists have an element in common.", "sets.intersects([1, 2], [2, 3])";
    Plain "shell" (SCRIPT; STR) -> Type::List(&Type::Record(&COMMAND)), deployment::shell,
        "The commands that a script runs, through wrappers, variables and scripts in it; of bash, or of `sh`.",
        "shell('sudo kubectl apply -f x').exists(c, c.name == 'kubectl' && c.subcommand == ['apply'])";
    Method "sign" (OBJECT) -> Type::Int, kubernetes::sign,
        "-1, 0 or 1 for a quantity below, at or above zero.", "quantity('-1Gi').sign() == -1";
    Both "size" (STR | BYTES | LIST | MAP) -> Type::Int, list::size,
        "The number of characters, bytes, elements or entries.", "size('héllo') == 5";
    Method "slice" (LIST, INT, INT) -> Type::List(&Type::Any), list::slice,
        "The elements from a position up to another one.", "[1, 2, 3].slice(1, 3) == [2, 3]";
    Method "sort" (LIST) -> Type::List(&Type::Any), list::sort,
        "The elements in ascending order.", "[3, 1, 2].sort() == [1, 2, 3]";
    Method "split" (STR, STR; INT) -> Type::List(&Type::String), text::split,
        "The pieces between separators; with a limit the last piece holds the rest.",
        "'a/b/c'.split('/', 2) == ['a', 'b/c']";
    Method "startsWith" (STR, STR) -> Type::Bool, text::starts_with,
        "Whether a string starts with another.", "'web:latest'.startsWith('web')";
    Plain "string" (ANY) -> Type::String, convert::string,
        "The value as text.", "string(80) + '/tcp' == '80/tcp'";
    Plain "strings.quote" (STR) -> Type::String, encode::quote,
        "A string as a literal in double quotes.", "strings.quote('a\"b') == '\"a\\\\\"b\"'";
    Method "sub" (OBJECT, OBJECT | INT) -> Type::Object("kubernetes.Quantity"), kubernetes::sub,
        "A quantity less another one or an integer.", "quantity('1Ki').sub(24) == quantity('1k')";
    Method "substring" (STR, INT; INT) -> Type::String, text::substring,
        "The characters from a position, up to another one.", "'web:latest'.substring(4) == 'latest'";
    Method "sum" (LIST) -> Type::Any, list::sum,
        "The sum of the elements; 0 if there are none.", "[1, 2, 3].sum() == 6";
    Plain "timestamp" (STR | INT | OBJECT) -> Type::Object("timestamp"), time::timestamp,
        "The moment that a text of RFC 3339 or a Unix time names.",
        "timestamp('2024-02-29T12:00:00Z') < timestamp(1709251200)";
    Method "trim" (STR) -> Type::String, text::trim,
        "The string without white space around it.", "' a '.trim() == 'a'";
    Plain "type" (RAW) -> Type::Any, convert::type_of,
        "The type of a value.", "type(1) == int";
    Plain "uint" (ANY) -> Type::Uint, convert::uint,
        "A number or the text of one as an unsigned integer.", "uint(7) == 7u";
    Method "unwrapOpt" (LIST) -> Type::List(&Type::Any), optional::unwrap,
        "What the optionals of a list hold.", "[optional.of(1), optional.none()].unwrapOpt() == [1]";
    Method "upperAscii" (STR) -> Type::String, text::upper,
        "The string with a to z in upper case.", "'web'.upperAscii() == 'WEB'";
    Plain "url" (STR) -> Type::Object("kubernetes.URL"), kubernetes::url,
        "The absolute URL or absolute path that a text is.", "url('https://a.b/c').getHost() == 'a.b'";
    Method "validate" (OBJECT, STR) -> Type::Any, kubernetes::validate,
        "What is wrong with a text in a format, as an optional list of messages.", "!format.dns1123Label().validate('my-name').hasValue()";
    Method "value" (RAW) -> Type::Any, optional::value,
        "What the optional holds.", "optional.of(1).value() == 1";
}

/// What the reference says of a macro.
#[derive(Clone, Copy, Debug)]
pub struct MacroDoc {
    /// Its name; a namespace stands before a dot.
    pub name: &'static str,
    /// How it is called.
    pub call: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// An expression that is true.
    pub example: &'static str,
}

macro_rules! macros {
    ($( $name:literal $call:literal, $doc:literal, $example:literal; )*) => {
        /// Every macro, by name.
        pub(crate) const MACROS: &[MacroDoc] =
            &[$( MacroDoc { name: $name, call: $call, doc: $doc, example: $example } ),*];
    };
}

macros! {
    "all" "list.all([i, ]x, condition)",
        "Whether the condition holds for all elements of a list, or keys of a map; with two names also for their \
         indexes, or keys with values.",
        "[1, 2].all(x, x > 0) && {'a': 1}.all(k, v, k == 'a' && v == 1)";
    "cel.bind" "cel.bind(name, value, expression)",
        "The expression with a name for a value.", "cel.bind(x, 2, x * x) == 4";
    "cel.block" "cel.block([value, …], expression)",
        "The expression with `cel.index(0)` and so on for the values.", "cel.block([2, cel.index(0) * 3], cel.index(1)) == 6";
    "exists" "list.exists([i, ]x, condition)",
        "Whether the condition holds for some element.", "[1, 2].exists(x, x > 1) && [7].exists(i, x, i == 0 && x == 7)";
    "existsOne" "list.existsOne([i, ]x, condition)",
        "Whether the condition holds for exactly one element.", "[1, 2].existsOne(x, x > 1)";
    "exists_one" "list.exists_one([i, ]x, condition)",
        "The same by its old name.", "[1, 2].exists_one(x, x > 1)";
    "filter" "list.filter(x, condition)",
        "The elements for which the condition holds.", "[1, 2].filter(x, x > 1) == [2]";
    "has" "has(x.field)",
        "Whether the field is there.", "has({'a': 1}.a)";
    "map" "list.map(x[, condition], result)",
        "The results for the elements, or for those that satisfy a condition.", "[1, 2].map(x, x * 2) == [2, 4]";
    "optFlatMap" "optional.optFlatMap(x, optional)",
        "The optional that an expression makes of what an optional holds.",
        "optional.of({'a': 1}).optFlatMap(x, x.?a).value() == 1";
    "optMap" "optional.optMap(x, result)",
        "An optional of what an expression makes of what an optional holds.",
        "optional.of(1).optMap(x, x + 1).value() == 2";
    "sortBy" "list.sortBy(x, key)",
        "The elements in the order of their keys.", "['bb', 'a'].sortBy(x, size(x)) == ['a', 'bb']";
    "transformList" "list.transformList(i, x[, condition], result)",
        "The results for the elements with their indexes, or for the entries of a map.",
        "[5, 6].transformList(i, x, i * x) == [0, 6]";
    "transformMap" "map.transformMap(k, v[, condition], result)",
        "A map of the same keys with the results.", "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}";
    "transformMapEntry" "map.transformMapEntry(k, v[, condition], {key: value})",
        "A map of the entries that an expression makes of each entry.",
        "{'a': 'b'}.transformMapEntry(k, v, {v: k}) == {'b': 'a'}";
}
