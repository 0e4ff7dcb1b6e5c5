package org.sealpost.hsm.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.sealpost.hsm.bench.Contender.Block;

/// What contenders did in turns: a block of each in every round, every other round backwards, so that what
/// the machine does meanwhile falls on all alike.
final class Turns {
    private final Map<String, List<Block>> blocks = new LinkedHashMap<>();

    /// One block of a contender.
    interface Turn {
        Block of(Contender contender) throws IOException;
    }

    static Turns take(Field field, int warmUps, int rounds, Turn turn) throws IOException {
        var turns = new Turns();
        field.contenders().forEach(contender -> turns.blocks.put(contender.name(), new ArrayList<>()));
        for (int round = -warmUps; round < rounds; round++) {
            List<Contender> order =
                    round % 2 == 0 ? field.contenders() : field.contenders().reversed();
            for (Contender contender : order) {
                Block block = turn.of(contender);
                if (round >= 0) {
                    turns.blocks.get(contender.name()).add(block);
                }
            }
        }
        return turns;
    }

    Spread of(String name, ToDoubleFunction<Block> figure) {
        return Spread.of(blocks.get(name).stream().mapToDouble(figure));
    }

    /// Round by round, since what slows one of a pair slows the other, too.
    Spread pairs(String name, String other, ToDoubleBiFunction<Block, Block> comparison) {
        List<Block> mine = blocks.get(name);
        List<Block> theirs = blocks.get(other);
        double[] compared = new double[mine.size()];
        for (int i = 0; i < compared.length; i++) {
            compared[i] = comparison.applyAsDouble(mine.get(i), theirs.get(i));
        }
        return Spread.of(Arrays.stream(compared));
    }

    List<String> names() {
        return List.copyOf(blocks.keySet());
    }
}
