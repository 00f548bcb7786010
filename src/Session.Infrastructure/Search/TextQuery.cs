using System.Buffers.Binary;
using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>A condition that a text must meet to be found.</summary>
internal sealed class TextQuery
{
    private TextQuery(QueryNode root)
    {
        Root = root;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        AddWanted(root, wanted);
        Wanted = [.. wanted];
    }

    public QueryNode Root { get; }

    /// <summary>The lexemes that the query looks for, without those that it excludes.</summary>
    public IReadOnlyList<string> Wanted { get; }

    /// <summary>
    /// Reads the result of <c>tsquerysend</c>; null where it is empty. The notation is Polish: the operator, its right operand, its left
    /// operand.
    /// </summary>
    public static TextQuery? Read(ReadOnlySpan<byte> sent)
    {
        var items = BinaryPrimitives.ReadInt32BigEndian(sent);
        sent = sent[sizeof(int)..];
        return items == 0 ? null : new TextQuery(ReadNode(ref sent));
    }

    private static QueryNode ReadNode(ref ReadOnlySpan<byte> sent)
    {
        const byte Value = 1;
        if (sent[0] == Value)
        {
            // Weight and prefix, which web searches cannot ask for, then the lexeme, ended by a zero.
            var end = sent[3..].IndexOf((byte)0);
            var lexeme = Encoding.UTF8.GetString(sent.Slice(3, end));
            sent = sent[(3 + end + 1)..];
            return new QueryNode.Term(lexeme);
        }

        var operation = sent[1];
        sent = sent[2..];
        switch (operation)
        {
            case 1:
                return new QueryNode.Not(ReadNode(ref sent));
            case 4:
                var distance = BinaryPrimitives.ReadInt16BigEndian(sent);
                sent = sent[sizeof(short)..];
                var last = ReadNode(ref sent);
                return new QueryNode.Phrase(ReadNode(ref sent), last, distance);
            default:
                var right = ReadNode(ref sent);
                var left = ReadNode(ref sent);
                return operation == 2 ? new QueryNode.And(left, right) : new QueryNode.Or(left, right);
        }
    }

    private static void AddWanted(QueryNode node, HashSet<string> wanted)
    {
        switch (node)
        {
            case QueryNode.Term term:
                wanted.Add(term.Lexeme);
                break;
            case QueryNode.Pair pair:
                AddWanted(pair.Left, wanted);
                AddWanted(pair.Right, wanted);
                break;
        }
    }
}

internal abstract record QueryNode
{
    /// <summary>How many words lie between the first and the last word of a match.</summary>
    public virtual int Width => 0;

    public sealed record Term(string Lexeme) : QueryNode;

    public sealed record Not(QueryNode Operand) : QueryNode;

    public abstract record Pair(QueryNode Left, QueryNode Right) : QueryNode
    {
        public override int Width { get; } = Math.Max(Left.Width, Right.Width);
    }

    public sealed record And(QueryNode Left, QueryNode Right) : Pair(Left, Right);

    public sealed record Or(QueryNode Left, QueryNode Right) : Pair(Left, Right);

    /// <summary>The right one begins so many words after the left one ends.</summary>
    public sealed record Phrase(QueryNode Left, QueryNode Right, int Distance) : Pair(Left, Right)
    {
        public override int Width { get; } = Left.Width + Distance + Right.Width;
    }
}
