using System.Globalization;
using System.Numerics;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>
/// Reads one pickle as plain data. It knows the opcodes (https://github.com/python/cpython/blob/main/Lib/pickletools.py)
/// of protocols 1 to 5, and builds nothing but the values of <see cref="PickleGlobals"/> and inert stand-ins
/// (<see cref="PickleObject"/>) for everything else: no name in a file ever reaches a type or a function of this program.
/// </summary>
/// <remarks>
/// Work and memory grow with the pickle's length only: there is no recursion, values are shared rather than copied, and what
/// copies anything is charged for it.
/// </remarks>
/// <param name="input">Stands at the pickle's first byte, afterwards behind its last.</param>
/// <param name="resolve">Turns a persistent identifier into a value; null where there may be none.</param>
internal sealed class PickleMachine(PickleInput input, Func<object?, object?>? resolve = null)
{
    // A state dictionary takes some 30 opcodes a tensor.
    private const long WorkLimit = 5_000_000;
    private const int LongLimit = 255;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly List<object?> _memo = [];
    private long _work;

    /// <summary>Reads the pickle.</summary>
    /// <exception cref="CheckpointProblem">It is malformed, or holds more than weights.</exception>
    public object? Run()
    {
        while (true)
        {
            Charge(1);
            var opcode = input.ReadByte();
            if (opcode == '.')
                return Pop();
            if (!RunSimple(opcode) && !RunText(opcode) && !RunContainer(opcode) && !RunMemo(opcode) && !RunObject(opcode))
                throw CheckpointProblem.Malformed($"opcode 0x{opcode:x2} (byte {input.Position - 1}) is none that torch.save writes");
        }
    }

    private bool RunSimple(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                var protocol = input.ReadByte();
                return protocol <= 5 ? true : throw CheckpointProblem.Malformed($"it uses pickle protocol {protocol}, known are those up to 5");
            case 0x95: // FRAME
                input.ReadInt64();
                return true;
            case (byte)'N': return Push(null);
            case 0x88: return Push(true);
            case 0x89: return Push(false);
            case (byte)'J': return Push((long)input.ReadInt32());
            case (byte)'K': return Push((long)input.ReadByte());
            case (byte)'M': return Push((long)input.ReadUInt16());
            case (byte)'G': return Push(input.ReadBigEndianDouble());
            case (byte)'I': return Push(ParseInt(input.ReadLine()));
            case (byte)'L': return Push(ParseLong(input.ReadLine()));
            case (byte)'F': return Push(ParseDouble(input.ReadLine()));
            case 0x8a: return Push(ReadLong(input.ReadByte())); // LONG1
            case 0x8b: return Push(ReadLong(input.ReadInt32())); // LONG4
            default: return false;
        }
    }

    // Texts of Python 2 come as byte strings; those that torch wrote are ASCII.
    private bool RunText(byte opcode) => opcode switch
    {
        (byte)'X' => Push(input.ReadUtf8((uint)input.ReadInt32())),
        0x8c => Push(input.ReadUtf8(input.ReadByte())),
        0x8d => Push(input.ReadUtf8(input.ReadInt64())),
        (byte)'U' => Push(Encoding.Latin1.GetString(input.ReadBytes(input.ReadByte()))),
        (byte)'T' => Push(Encoding.Latin1.GetString(input.ReadBytes(input.ReadInt32()))),
        (byte)'B' => Push(input.ReadBytes((uint)input.ReadInt32())),
        (byte)'C' => Push(input.ReadBytes(input.ReadByte())),
        0x8e or 0x96 => Push(input.ReadBytes(input.ReadInt64())),
        _ => false,
    };

    private bool RunContainer(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(':
                _marks.Add(_stack.Count);
                return true;
            case (byte)'1':
                PopToMark();
                return true;
            case (byte)')': return Push(new PickleTuple([]));
            case (byte)'t': return Push(new PickleTuple(PopToMark()));
            case 0x85: return Push(new PickleTuple([Pop()]));
            case 0x86:
                var second = Pop();
                return Push(new PickleTuple([Pop(), second]));
            case 0x87:
                var (last, middle) = (Pop(), Pop());
                return Push(new PickleTuple([Pop(), middle, last]));
            case (byte)']': case 0x8f: return Push(new PickleList());
            case (byte)'l': case 0x91: return Append(PopToMark(), new PickleList(), push: true);
            case (byte)'a': return Append([Pop()], ListOnTop());
            case (byte)'e': case 0x90: return Append(PopToMark(), ListOnTop());
            case (byte)'}': return Push(new PickleDict());
            case (byte)'d': return SetItems(PopToMark(), new PickleDict(), push: true);
            case (byte)'s':
                var value = Pop();
                return SetItems([Pop(), value], DictionaryOnTop());
            case (byte)'u': return SetItems(PopToMark(), DictionaryOnTop());
            default: return false;
        }
    }

    private bool RunMemo(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'0':
                Pop();
                return true;
            case (byte)'2': return Push(Peek());
            case (byte)'q': return Remember(input.ReadByte());
            case (byte)'r': return Remember((uint)input.ReadInt32());
            case 0x94: return Remember(_memo.Count);
            case (byte)'h': return Recall(input.ReadByte());
            case (byte)'j': return Recall((uint)input.ReadInt32());
            default: return false;
        }
    }

    private bool RunObject(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c':
                var module = input.ReadLine();
                return Push(PickleGlobals.Find(module, input.ReadLine()));
            case 0x93: // STACK_GLOBAL
                var (name, from) = (Pop(), Pop());
                return Push(PickleGlobals.Find(Expect<string>(from), Expect<string>(name)));
            case (byte)'R':
                var arguments = Expect<PickleTuple>(Pop());
                return Push(Make(Pop(), arguments.Items));
            case 0x81: // NEWOBJ
                var values = Expect<PickleTuple>(Pop());
                return Push(Make(Pop(), values.Items));
            case 0x92: // NEWOBJ_EX
                var (named, unnamed) = (Pop(), Expect<PickleTuple>(Pop()));
                Charge(unnamed.Items.Length);
                return Push(Make(Pop(), [.. unnamed.Items, named]));
            case (byte)'i': // INST
                var (home, inner) = (input.ReadLine(), input.ReadLine());
                return Push(Make(PickleGlobals.Find(home, inner), PopToMark()));
            case (byte)'o': // OBJ
                return PopToMark() is [var made, .. var parts] ? Push(Make(made, parts)) : throw CheckpointProblem.Malformed("it makes an object of no class");
            case (byte)'b':
                var state = Pop();
                PickleGlobals.SetState(Peek(), state);
                return true;
            case (byte)'Q':
                return Push((resolve ?? throw CheckpointProblem.Malformed("it refers to data where there is none"))(Pop()));
            default: return false;
        }
    }

    private bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private PickleList ListOnTop() => Peek() is PickleObject unknown ? unknown.List : Expect<PickleList>(Peek());

    private PickleDict DictionaryOnTop() => Peek() is PickleObject unknown ? unknown.Items : Expect<PickleDict>(Peek());

    private object? Make(object? maker, object?[] arguments)
    {
        // Arguments are looked at, and a tuple can be used over and over.
        Charge(arguments.Length);
        return maker switch
        {
            PickleGlobal global => global.Call(arguments, Charge),
            PickleObject unknown => new PickleObject(unknown.Name, arguments),
            _ => throw CheckpointProblem.Malformed($"{PickleGlobals.Describe(maker)} stands before byte {input.Position} where a class should"),
        };
    }

    // Values below a mark belong to a container that is still open.
    private object? Peek() => _stack.Count > (_marks.Count == 0 ? 0 : _marks[^1])
        ? _stack[^1]
        : throw CheckpointProblem.Malformed($"an operand is missing before byte {input.Position}");

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw CheckpointProblem.Malformed($"a mark is missing before byte {input.Position}");
        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        var items = new object?[_stack.Count - mark];
        _stack.CopyTo(mark, items, 0, items.Length);
        _stack.RemoveRange(mark, items.Length);
        return items;
    }

    private bool Append(object?[] items, PickleList list, bool push = false)
    {
        list.Items.AddRange(items);
        return !push || Push(list);
    }

    private bool SetItems(object?[] items, PickleDict dictionary, bool push = false)
    {
        if (items.Length % 2 != 0)
            throw CheckpointProblem.Malformed($"a key has no value before byte {input.Position}");
        for (var i = 0; i < items.Length; i += 2)
            dictionary.Items.Add(KeyValuePair.Create(items[i], items[i + 1]));
        return !push || Push(dictionary);
    }

    private bool Remember(long index)
    {
        // Picklers count upwards; gaps are tolerated, yet memory stays in proportion to the work done.
        if (index > _work)
            throw CheckpointProblem.Malformed($"it stores value {index} before byte {input.Position}, where fewer can exist");
        while (_memo.Count <= index)
            _memo.Add(Unset.Value);
        _memo[(int)index] = Peek();
        return true;
    }

    private bool Recall(long index)
        => index < _memo.Count && _memo[(int)index] is var value && value != Unset.Value
            ? Push(value)
            : throw CheckpointProblem.Malformed($"it refers to value {index} before byte {input.Position}, which does not exist");

    private T Expect<T>(object? value) => value is T expected
        ? expected
        : throw CheckpointProblem.Malformed($"{PickleGlobals.Describe(value)} stands before byte {input.Position} where it cannot");

    private void Charge(long work)
    {
        _work += work;
        if (_work > WorkLimit)
            throw new CheckpointProblem("describes far more values than weights need", CheckpointProblem.SaveAgain);
    }

    private object ReadLong(int size)
        => size is >= 0 and <= LongLimit ? Narrow(new BigInteger(input.ReadBytes(size))) : throw NotANumber($"of {size} bytes");

    private object ParseInt(string text) => text switch { "00" => false, "01" => true, _ => ParseLong(text) };

    private object ParseLong(string text)
        => BigInteger.TryParse(text.EndsWith('L') ? text[..^1] : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Narrow(number) : throw NotANumber(text);

    private object ParseDouble(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw NotANumber(text);

    // Without the cast both branches would become a BigInteger.
    private static object Narrow(BigInteger number)
        => number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;

    private CheckpointProblem NotANumber(string what) => CheckpointProblem.Malformed($"a number {what} stands before byte {input.Position}");

    private static class Unset
    {
        public static object Value { get; } = new();
    }
}
